// One of the cluster's controllers, as whoever lets them work knows it.

/** What there is to do now; each is done by calling it. */
export type Chores = (() => void)[];

export interface ControllerPart {
  chores(): Chores;
}
