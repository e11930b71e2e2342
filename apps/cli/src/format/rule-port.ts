// A rule's ports as people type and read them: 80, 443:8443, 53/udp, https=443:8443/tcp.
import type { v1 } from '@holdfast/api';
import { InvalidArgumentError } from 'commander';

export interface TypedPort {
  readonly name: string;
  readonly port: number;
  /** 0: the same as `port`. */
  readonly targetPort: number;
  readonly protocol: string;
}

const PORT = /^(?:([a-z0-9-]+)=)?(\d{1,5})(?::(\d{1,5}))?(?:\/([a-z]+))?$/;

/** For a flag that may be given more than once, or with commas. What a port may be is the server's to say. */
export function readPorts(text: string, before: readonly TypedPort[] = []): TypedPort[] {
  return [...before, ...text.split(',').map((item) => readPort(item.trim()))];
}

function readPort(text: string): TypedPort {
  const found = PORT.exec(text);
  if (!found) throw new InvalidArgumentError('Expected such as 80, 443:8443, 53/udp or https=443:8443/tcp');
  const [, name = '', port, targetPort = '0', protocol = ''] = found;
  return { name, port: Number(port), targetPort: Number(targetPort), protocol };
}

/** "443/tcp -> 8443, 53/udp -> 53" */
export const frontsText = ({ ports }: Pick<v1.Rule, 'ports'>): string =>
  ports.map(({ port, protocol, targetPort }) => `${port}/${protocol} -> ${targetPort}`).join(', ');
