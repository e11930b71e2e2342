import { systemClock } from '@holdfast/clock';
import { type SandboxApiServer, startSandboxApiServer } from '../testing/sandbox/sandbox-api-server';
import { apiServerClock } from './api-server-clock';

describe('the API server’s clock', () => {
  let server: SandboxApiServer;
  beforeAll(async () => {
    server = await startSandboxApiServer();
  });
  afterAll(() => server.stop());

  it('is what its answers say, under its address', async () => {
    const clock = apiServerClock({ kubeconfigText: server.kubeconfig }, systemClock);
    const atMs = await clock.read();
    expect(Math.abs((atMs ?? 0) - systemClock.now())).toBeLessThan(10_000);
    expect(clock.name).toBe(`the API server at ${server.url}`);
    expect(clock.isOurMachine).toBe(true);
    await clock.close();
  });

  it('is not to be had from one that is away, and is somewhere else under another address', async () => {
    for (const [url, isOurMachine] of [
      ['http://127.0.0.1:1', true],
      ['http://localhost:1', true],
      ['http://[::1]:1', true],
      ['http://api.nowhere.invalid:1', false],
    ] as const) {
      const kubeconfigText = server.kubeconfig.replace(server.url, url);
      const clock = apiServerClock({ kubeconfigText }, systemClock);
      expect([url, await clock.read(), clock.isOurMachine]).toEqual([url, undefined, isOurMachine]);
      await clock.close();
    }
  });
});
