// The two forms in which messages travel: ProtoJSON and protobuf's binary form.
import { invalid } from '@holdfast/ipam';

export type Coding = 'json' | 'binary';

export const CONTENT_TYPES: Readonly<Record<Coding, string>> = {
  json: 'application/json',
  binary: 'application/protobuf',
};

/** A media type (RFC 9110 section 8.3) as a coding; none is JSON. */
export function codingOf(
  contentType: string | undefined,
): { readonly coding: Coding; readonly rejected?: undefined } | ReturnType<typeof invalid> {
  const [mediaType = ''] = (contentType ?? '').split(';');
  switch (mediaType.trim().toLowerCase()) {
    case '':
    case CONTENT_TYPES.json:
      return { coding: 'json' };
    case CONTENT_TYPES.binary:
      return { coding: 'binary' };
    default:
      return invalid('content-type', `expected ${CONTENT_TYPES.json} or ${CONTENT_TYPES.binary}`);
  }
}
