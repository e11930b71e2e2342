import { Listeners } from './listeners';

describe('Listeners', () => {
  it('calls everybody until they end it, also where one listener stands twice', () => {
    const listeners = new Listeners<number>();
    const heard: number[] = [];
    const listener = (event: number): void => void heard.push(event);
    const end = listeners.add(listener);
    listeners.add(listener);
    listeners.notify(1);
    end();
    listeners.notify(2);
    expect(heard).toEqual([1, 1, 2]);
  });

  it('goes on when one throws, and lets the error surface', () => {
    const surfacing: (() => void)[] = [];
    const spy = jest.spyOn(globalThis, 'queueMicrotask').mockImplementation((task) => surfacing.push(task));
    const listeners = new Listeners<number>();
    const heard: number[] = [];
    listeners.add(() => {
      throw new Error('a bug');
    });
    listeners.add((event) => heard.push(event));
    listeners.notify(1);
    spy.mockRestore();
    expect(heard).toEqual([1]);
    expect(surfacing[0]).toThrow('a bug');
  });
});
