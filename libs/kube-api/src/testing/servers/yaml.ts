// YAML as plain data. The reader is the one that @kubernetes/client-node brings for kubeconfigs; that library's own
// `loadYaml` is not used, because it drops in silence what its typed models spell otherwise
// (`x-kubernetes-preserve-unknown-fields` among others).
import { createRequire } from 'node:module';

interface YamlReader {
  load(text: string): unknown;
}

/** @throws Error that names the line. */
export function parseYaml(text: string): unknown {
  const ofClient = createRequire(require.resolve('@kubernetes/client-node'));
  return (ofClient('js-yaml') as YamlReader).load(text);
}
