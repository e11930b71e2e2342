export { ProjectorWorld } from './projector-world';
