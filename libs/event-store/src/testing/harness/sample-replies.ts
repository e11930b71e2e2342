// Replies whose every part follows from whose they are, so that a test can tell whether what it finds is what was remembered.
import type { Reply } from '../../port/reply-store';

export const sampleReply = (stream: string, commandId: string, atMs = 0, outcome = 'refused'): Reply => ({
  stream,
  commandId,
  commandDigest: 'a1b2c3d4',
  caller: 'ann',
  issuedAtMs: atMs - 5,
  atMs,
  outcome: JSON.stringify({
    outcome,
    of: `${stream} ${commandId}`,
    text: '"quoted"\n\\ \u00fc \u{1f600} \u2028',
  }),
});
