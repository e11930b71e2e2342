// For whoever wrote what was made from an object that had changed meanwhile.

/** After a write that was refused because the object is another one now: the watch brings that, and sooner than this. */
export const STALE_RETRY_MS = 2_000;
