// How full a Subnet or a pool is, in the words of a status: numbers, and ranges as Kube-OVN writes them. It counts nothing.
import { type AddressRange, formatAddress, type Fullness } from '@holdfast/ipam';

/** Ranges that a status names: beyond these nobody reads them, and an object must stay small (etcd takes 1.5 MB at most). */
export const RANGES_MAX = 100;

/** Of one family. Numbers above 2^53 are rounded, as JSON numbers are. */
export interface StatusCounts {
  readonly using: number;
  readonly available: number;
  /** "10.16.0.2-10.16.0.5,10.16.0.9"; what is beyond RANGES_MAX is "...". */
  readonly usingRange: string;
  readonly availableRange: string;
}

/** Of a family that is not there. */
const NONE: StatusCounts = { using: 0, available: 0, usingRange: '', availableRange: '' };

export function statusCounts(fullness: Fullness | undefined): StatusCounts {
  if (!fullness) return NONE;
  const { using, available, usingRanges, availableRanges } = fullness;
  return {
    using: Number(using),
    available: Number(available),
    usingRange: rangesText(usingRanges),
    availableRange: rangesText(availableRanges),
  };
}

function rangesText(ranges: Iterable<AddressRange>): string {
  const texts: string[] = [];
  for (const range of ranges) {
    if (texts.length === RANGES_MAX) return `${texts.join(',')},...`;
    texts.push(rangeText(range));
  }
  return texts.join(',');
}

const rangeText = ({ first, last }: AddressRange): string =>
  first === last ? formatAddress(first) : `${formatAddress(first)}-${formatAddress(last)}`;
