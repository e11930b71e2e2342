// A process that writes is killed with SIGKILL at any moment, again and again: what it was remembered is durable is there,
// and what is there is whole.
import { SeededChance } from '@holdfast/clock/testing';
import type { Cases } from '../harness/cases';
import type { Ground, Reachable } from '../harness/harness';
import { type Acknowledged, expectHeld } from '../harness/held';
import { readWholeLog } from '../harness/read-whole';
import { sampleReply } from '../harness/sample-replies';
import { WriterProcess } from '../harness/writer-process';

const KILLS = 10;
/** Acknowledgements before a kill, at most. */
const ACKNOWLEDGED_MAX = 100;

export const KILLING: Cases<Ground & Reachable> = {
  [`loses no acknowledged event, no remembered reply, and leaves no partial batch, ${KILLS} times in a row`]:
    async (ground) => {
      const chance = new SeededChance(9);
      const acknowledged: Acknowledged[] = [];
      for (let round = 0; round < KILLS; round += 1) {
        const writer = new WriterProcess(ground.address, ground.prefix, round * 100);
        const enough = 1 + chance.below(ACKNOWLEDGED_MAX);
        await writer.until(() => writer.acknowledged.length >= enough);
        await writer.kill();
        expect(writer.said).toEqual(['open']);
        acknowledged.push(...writer.acknowledged);
        const store = await ground.open();
        const events = await readWholeLog(store, ground.prefix);
        await store.replies.catchUp();
        for (const { stream, commandId } of writer.remembered)
          expect(await store.replies.recall(stream, commandId)).toEqual(sampleReply(stream, commandId));
        await store.close();
        expectHeld(events, acknowledged);
      }
    },
};
