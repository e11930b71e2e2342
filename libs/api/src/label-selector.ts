// libs/ipam reads label selectors; here is the one place that knows where.
// eslint-disable-next-line @nx/enforce-module-boundaries -- not among what libs/ipam's door offers yet
export { parseLabelSelector } from '../../ipam/dist/label-selector';
