// Why a holder cannot have the port that it asks for.
import { type Holder, isPortName } from '../../holder';
import { type Rejection, invalid, reject } from '../../rejection';
import type { PortRequest } from '../events';
import type { SubnetState } from '../state/state';

/** Why the holder cannot have the port that it asks for, if it does. */
export function unfitPort(
  { port }: PortRequest,
  holder: Holder,
  state: SubnetState,
): { rejected: Rejection } | undefined {
  if (port === undefined) return undefined;
  if (!isPortName(port)) {
    return invalid(
      'port',
      `${JSON.stringify(port)} is no port's name: 1 to 255 characters, no comma or space`,
    );
  }
  const other = state.holderOfPort(port);
  if (other === undefined || other === holder) return undefined;
  return reject(
    'PortTaken',
    `Port ${port} of subnet ${state.name} is that of ${other}; name another one, or have it released first.`,
    { subnet: state.name, port, holder: other },
  );
}
