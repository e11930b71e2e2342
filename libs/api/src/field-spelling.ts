// The two spellings of the contract's field names: `page_size` in the .proto files and in binary form, `pageSize`
// in JSON.
import { nestedTypes } from '@bufbuild/protobuf/reflect';
import { contractFiles } from './grpc';

/** From the first to the second, for names that differ. */
export const FIELD_SPELLINGS: ReadonlyMap<string, string> = new Map(
  contractFiles
    .flatMap((file) => [...nestedTypes(file)])
    .flatMap((type) => (type.kind === 'message' ? type.fields : []))
    .filter(({ name, jsonName }) => name !== jsonName)
    .map(({ name, jsonName }) => [name, jsonName]),
);
