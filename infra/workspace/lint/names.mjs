// Fails when an exported name has two homes, or when a word that the glossary rules out is a word of an identifier, a
// file or a folder: `node infra/workspace/lint/names.mjs [ROOT]`.
//
// The words are those in code font in the column "never" of infra/docs/GLOSSARY.md. A re-export is no home.
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const GLOSSARY = 'infra/docs/GLOSSARY.md';
const PLACES = ['apps', 'libs', 'infra', 'test'];
const LEFT_OUT = new Set(['dist', 'node_modules', 'generated', 'golden']);

function sourcesIn(root) {
  return PLACES.filter((place) => fs.existsSync(path.join(root, place))).flatMap((place) =>
    fs
      .globSync(`${place}/**/*.{ts,tsx,mjs,cjs}`, {
        cwd: root,
        exclude: (name) => LEFT_OUT.has(path.basename(name)),
      })
      .sort(),
  );
}

/** Words in code font in the glossary's last column. */
export function bannedWords(glossary) {
  const rows = glossary.split('\n').filter((line) => line.startsWith('|') && !/^[ |:-]*$/.test(line));
  return rows
    .slice(1)
    .flatMap((row) => [
      ...row
        .split('|')
        .at(-2)
        .matchAll(/`([A-Za-z]+)`/g),
    ])
    .map(([, word]) => word.toLowerCase());
}

/** `nextTurnMs`, `NEXT_TURN` and `next-turn` have the words next, turn (and ms); `interface` is one word. */
export function wordsOf(name) {
  return (name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? []).map((word) => word.toLowerCase());
}

const isSame = (word, banned) => word === banned || word === `${banned}s` || word === `${banned}es`;

function exportedNames(file) {
  const declared = file.statements.filter(
    (statement) =>
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) &&
      !ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword),
  );
  const imported = new Set(file.statements.filter(ts.isImportDeclaration).flatMap(importedNames));
  return [
    ...declared.flatMap(namesDeclared),
    ...file.statements.filter(ts.isExportDeclaration).flatMap(namesExported),
  ];

  function namesExported({ exportClause, moduleSpecifier }) {
    if (!exportClause) return [];
    if (ts.isNamespaceExport(exportClause)) return [exportClause.name.text];
    if (moduleSpecifier) return [];
    const isOwn = ({ name, propertyName }) => !imported.has((propertyName ?? name).text);
    return exportClause.elements.filter(isOwn).map(({ name }) => name.text);
  }
}

function importedNames({ importClause }) {
  const bindings = importClause?.namedBindings;
  const named = bindings && ts.isNamedImports(bindings) ? bindings.elements.map(({ name }) => name.text) : [];
  return importClause?.name ? [importClause.name.text, ...named] : named;
}

function namesDeclared(statement) {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.text).filter(Boolean);
  return statement.name ? [statement.name.text] : [];
}

function identifiersIn(file) {
  const names = new Map();
  const visit = (node) => {
    if ((ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) && !names.has(node.text))
      names.set(node.text, file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}

export function problemsOf(root) {
  const banned = bannedWords(fs.readFileSync(path.join(root, GLOSSARY), 'utf8'));
  const sources = sourcesIn(root);
  if (banned.length === 0 || sources.length === 0) throw new Error('no words, or no sources to hold to them');
  const wordIn = (name) => wordsOf(name).find((word) => banned.some((one) => isSame(word, one)));
  const homes = new Map();
  const problems = [];
  for (const source of sources) {
    const text = fs.readFileSync(path.join(root, source), 'utf8');
    const file = ts.createSourceFile(source, text, ts.ScriptTarget.Latest, false);
    for (const name of new Set(exportedNames(file))) homes.set(name, [...(homes.get(name) ?? []), source]);
    const word = wordIn(source);
    if (word) problems.push(`${source}: '${word}' is no word of ours (${GLOSSARY})`);
    for (const [name, line] of identifiersIn(file)) {
      const found = wordIn(name);
      if (found) problems.push(`${source}:${line}: ${name}: '${found}' is no word of ours (${GLOSSARY})`);
    }
  }
  for (const [name, places] of [...homes].sort(([a], [b]) => (a < b ? -1 : 1)))
    if (places.length > 1) problems.push(`${name} has ${places.length} homes: ${places.join(', ')}`);
  return problems;
}

const problems = problemsOf(process.argv[2] ?? path.join(import.meta.dirname, '../../..'));
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
