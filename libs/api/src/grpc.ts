// What gRPC needs besides the operations: the contract's files, for server reflection.
import { type DescFile, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import {
  HistoryService,
  LabelService,
  PoolService,
  ReservationService,
  RuleService,
  StatusService,
  SubnetService,
  VipService,
  file_holdfast_v1_rejection,
} from './contract';

export const contractServices = [
  SubnetService,
  PoolService,
  ReservationService,
  VipService,
  RuleService,
  LabelService,
  HistoryService,
  StatusService,
] as const;

/** The files of holdfast.v1, each once. */
export const contractFiles: readonly DescFile[] = filesBelow([
  file_holdfast_v1_rejection,
  ...contractServices.map(({ file }) => file),
]).filter(({ proto }) => proto.package === 'holdfast.v1');

/**
 * google.protobuf.FileDescriptorProto of each file of the contract and of those they import, encoded; an
 * imported file comes before those that import it.
 */
export const fileDescriptors = (): Uint8Array[] =>
  filesBelow(contractFiles).map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto));

function filesBelow(files: readonly DescFile[]): DescFile[] {
  const found = new Set<DescFile>();
  const add = (file: DescFile): void => {
    if (found.has(file)) return;
    file.dependencies.forEach(add);
    found.add(file);
  };
  files.forEach(add);
  return [...found];
}
