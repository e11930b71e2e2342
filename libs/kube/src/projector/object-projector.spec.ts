// One suite, two servers: the projector in real time, over a wire.
import {
  kubeApiserverSkipReason,
  startKubeApiserver,
  startSandboxApiServer,
} from '@holdfast/kube-api/testing';
import { describeObjectProjector } from '../testing/suite/object-projector-suite';

// A case that restarts a kube-apiserver takes as long as that takes.
jest.setTimeout(90_000);

describeObjectProjector('the sandbox API server', () => startSandboxApiServer());
describeObjectProjector('kube-apiserver', () => startKubeApiserver(), {
  skipReason: kubeApiserverSkipReason(),
});
