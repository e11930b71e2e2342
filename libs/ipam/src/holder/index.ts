export * from './holder';
