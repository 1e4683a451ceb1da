/** What the port mapper says where bricks listen is known to the decoders of the bricks, whichever they are. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { asFile, type Packet, readPackets } from '../faults/packets.js';
import { linesOf, wiretail } from '../helpers/wiretail.js';

/** By the three replies of PORTBYBRICK that the capture begins with. */
const BRICKS: Readonly<Record<string, string>> = {
  '10.77.0.1:56925': '/bricks/r1',
  '10.77.0.2:52781': '/bricks/r2',
  '10.77.0.3:60944': '/bricks/r3',
};
/** Behind the beginnings of all connections. */
const Middle = 200;
/** Seconds after the port mapper's last word, so that all threads have heard of it. */
const Later = 2;

function isOfBrick({ connection }: Packet): boolean {
  return Object.keys(BRICKS).some((end) => connection.endsWith(`>${end}`));
}

describe('a connection to a brick that was joined late', () => {
  const directory = mkdtempSync(join(tmpdir(), 'wiretail-found-'));
  after(() => rmSync(directory, { recursive: true, force: true }));

  for (const workers of [2, 4]) {
    it(`has the brick that the port mapper told of: ${workers} decoders`, async () => {
      const { linkType, packets } = await readPackets('g-fops-all');
      const mapper = packets.filter(
        (packet) => packet.connection.endsWith(':24007') && packet.number < Middle,
      );
      const late = packets.filter((packet) => isOfBrick(packet) && packet.number >= Middle).slice(0, 60);
      const { seconds } = mapper[mapper.length - 1];
      const file = join(directory, `${workers}.pcap`);
      const played = late.map((packet) => ({ ...packet, seconds: seconds + Later }));
      writeFileSync(file, asFile(linkType, [...mapper, ...played]));
      const { code, stdout, stderr } = wiretail(['read', '--realtime', '--workers', `${workers}`, file]);
      assert.equal(code, 0, stderr);
      const fops = linesOf(stdout).filter(({ event }) => event.dataset === 'gluster.fop');
      const seen = new Set<string>();
      for (const { destination, gluster } of fops) {
        const { ip, port } = destination as { ip: string; port: number };
        const { brick } = gluster as { brick?: string };
        assert.equal(brick, BRICKS[`${ip}:${port}`]);
        seen.add(`${brick}`);
      }
      assert.deepEqual([...seen].sort(), Object.values(BRICKS));
    });
  }
});
