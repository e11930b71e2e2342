export * from './message-arbitrary';
export * from './read-json';
