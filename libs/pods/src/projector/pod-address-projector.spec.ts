// One suite, two servers: PodAddresses in real time, over a wire.
import {
  kubeApiserverSkipReason,
  startKubeApiserver,
  startSandboxApiServer,
} from '@holdfast/kube-api/testing';
import { describePodProjector } from '../testing/pod-projector-suite';

// A case that restarts a kube-apiserver takes as long as that takes.
jest.setTimeout(90_000);

describePodProjector('the sandbox API server', () => startSandboxApiServer());
describePodProjector('kube-apiserver', () => startKubeApiserver(), { skipReason: kubeApiserverSkipReason() });
