// The contract's messages, enums and services, as protoc-gen-es makes them from proto/holdfast/v1.
export * from './generated/holdfast/v1/address_pb';
export * from './generated/holdfast/v1/command_pb';
export * from './generated/holdfast/v1/event_pb';
export * from './generated/holdfast/v1/history_pb';
export * from './generated/holdfast/v1/label_pb';
export * from './generated/holdfast/v1/pool_pb';
export * from './generated/holdfast/v1/rejection_pb';
export * from './generated/holdfast/v1/reservation_pb';
export * from './generated/holdfast/v1/rule_pb';
export * from './generated/holdfast/v1/status_pb';
export * from './generated/holdfast/v1/subnet_pb';
export * from './generated/holdfast/v1/vip_pb';
