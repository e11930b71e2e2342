// What the demo tells: printed as it happens, and kept for its picture.
const story: string[] = [];

export function tell(text: string): void {
  console.log(text);
  story.push(...text.split('\n'));
}

export const chapter = (title: string): void => tell(`\n== ${title}`);

/** The lines of the chapters whose titles begin so. */
export function linesOf(...titles: readonly string[]): readonly string[] {
  let isShown = false;
  return story.filter((line) => {
    if (line.startsWith('== ')) isShown = titles.some((title) => line.startsWith(`== ${title}`));
    return isShown;
  });
}
