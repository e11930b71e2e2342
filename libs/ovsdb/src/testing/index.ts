// What a test of something that speaks OVSDB needs: the real server, alone or as a cluster.
export {
  NORTHBOUND_SCHEMA,
  type OvsdbServer,
  type OvsdbServerOptions,
  SOUTHBOUND_SCHEMA,
  startOvsdbServer,
} from './ovsdb-server';
export { type OvsdbCluster, type OvsdbClusterOptions, startOvsdbCluster } from './cluster';
export { makeTlsFiles } from './certificates';
export { type Judge, OvsdbProxy, type ProxiedMessage, startOvsdbProxy, type ProxyVerdict } from './proxy';
