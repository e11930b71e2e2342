// One suite, two servers: the face in real time, over a wire.
import {
  kubeApiserverSkipReason,
  startKubeApiserver,
  startSandboxApiServer,
} from '@holdfast/kube-api/testing';
import { describeKubernetesFace } from '../testing/suite/kubernetes-face-suite';

// A case that restarts a kube-apiserver takes as long as that takes.
jest.setTimeout(90_000);

describeKubernetesFace('the sandbox API server', () => startSandboxApiServer());
describeKubernetesFace('kube-apiserver', () => startKubeApiserver(), {
  skipReason: kubeApiserverSkipReason(),
});
