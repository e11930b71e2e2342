export { SeededChance } from './seeded-chance';
export { VirtualClock } from './virtual-clock';
