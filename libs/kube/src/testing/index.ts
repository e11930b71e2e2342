export { FaceWorld } from './face-world';
