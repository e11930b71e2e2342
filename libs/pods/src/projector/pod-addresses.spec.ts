// One suite, two servers: PodAddresses in real time, over a wire.
import {
  kubeApiserverSkipReason,
  startKubeApiserver,
  startSandboxApiServer,
} from '@holdfast/kube-api/testing';
import { describePodAddresses } from '../testing/pod-addresses-suite';

// A case that restarts a kube-apiserver takes as long as that takes.
jest.setTimeout(90_000);

describePodAddresses('the sandbox API server', () => startSandboxApiServer());
describePodAddresses('kube-apiserver', () => startKubeApiserver(), { skipReason: kubeApiserverSkipReason() });
