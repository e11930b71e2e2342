// One suite, two servers: what the sandbox is trusted for, the real one has shown.
import { kubeApiserverSkipReason, startKubeApiserver } from '../testing/servers/kube-apiserver';
import { startSandboxApiServer } from '../testing/sandbox/sandbox-api-server';
import { describeKubernetesApi } from '../testing/suite/kubernetes-api-suite';

// A case that restarts a kube-apiserver takes as long as that takes.
jest.setTimeout(90_000);

describeKubernetesApi('the sandbox API server', () => startSandboxApiServer());
describeKubernetesApi('kube-apiserver', () => startKubeApiserver(), {
  skipReason: kubeApiserverSkipReason(),
});
