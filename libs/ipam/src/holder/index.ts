export * from './holder';
export * from './names';
