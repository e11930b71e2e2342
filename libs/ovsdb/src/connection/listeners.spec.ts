import { Listeners } from './listeners';

describe('Listeners', () => {
  it('tells everybody until they end it, also where one listener stands twice', () => {
    const listeners = new Listeners<number>();
    const told: number[] = [];
    const listener = (event: number): void => void told.push(event);
    const end = listeners.add(listener);
    listeners.add(listener);
    listeners.tell(1);
    end();
    listeners.tell(2);
    expect(told).toEqual([1, 1, 2]);
  });

  it('goes on when one throws, and lets the error surface', () => {
    const surfacing: (() => void)[] = [];
    const spy = jest.spyOn(globalThis, 'queueMicrotask').mockImplementation((task) => surfacing.push(task));
    const listeners = new Listeners<number>();
    const told: number[] = [];
    listeners.add(() => {
      throw new Error('a bug');
    });
    listeners.add((event) => told.push(event));
    listeners.tell(1);
    spy.mockRestore();
    expect(told).toEqual([1]);
    expect(surfacing[0]).toThrow('a bug');
  });
});
