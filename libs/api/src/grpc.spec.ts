import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { create } from '@bufbuild/protobuf';
import { contractFiles, contractServices, fileDescriptors } from './grpc';

describe('the files for server reflection', () => {
  it('describe every service, with all that they import, in order', () => {
    const file = fileDescriptors().map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
    const seen = new Set<string>();
    for (const { name, dependency } of file) {
      expect(dependency.filter((it) => !seen.has(it))).toEqual([]);
      seen.add(name);
    }
    const registry = createFileRegistry(create(FileDescriptorSetSchema, { file }));
    for (const { typeName, methods } of contractServices) {
      expect(registry.getService(typeName)?.methods.map(({ name }) => name)).toEqual(
        methods.map(({ name }) => name),
      );
    }
    expect(registry.getMessage('holdfast.v1.Rejection')).toBeDefined();
  });

  it('are all files of the contract', () => {
    expect(contractFiles.map(({ name }) => name).sort()).toEqual(
      [
        'address',
        'command',
        'event',
        'history',
        'label',
        'pool',
        'rejection',
        'reservation',
        'rule',
        'status',
        'subnet',
        'vip',
      ].map((name) => `holdfast/v1/${name}`),
    );
  });
});
