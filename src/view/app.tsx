import { Box, Text, type TextProps } from 'ink';
import { useSyncExternalStore } from 'react';
import type { Line, Style } from './lines.js';
import type { Model } from './model.js';
import { shown } from './shown.js';

/** Where the components get what they show. */
export interface Store {
  readonly model: Model;
  subscribe(changed: () => void): () => void;
}

type Look = Pick<TextProps, 'color' | 'bold' | 'dimColor' | 'inverse'>;

const COLOURED: Readonly<Record<Style, Look>> = {
  title: { bold: true },
  dim: { dimColor: true },
  good: { color: 'green' },
  bad: { color: 'red' },
  busy: { color: 'cyan' },
  warn: { color: 'yellow' },
  chosen: { inverse: true },
};

const PLAIN: Readonly<Partial<Record<Style, Look>>> = { title: { bold: true }, chosen: { inverse: true } };

export function App({ store, coloured }: { readonly store: Store; readonly coloured: boolean }) {
  const model = useSyncExternalStore(
    (changed) => store.subscribe(changed),
    () => store.model,
  );
  const { head, list, foot } = shown(model);
  const looks = coloured ? COLOURED : PLAIN;
  const { columns, rows } = model.size;
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <Lines lines={head} looks={looks} />
      <Box flexDirection="column" flexGrow={1} flexShrink={1} overflow="hidden">
        <Lines lines={list} looks={looks} />
      </Box>
      <Lines lines={[foot]} looks={looks} />
    </Box>
  );
}

interface LinesProps {
  readonly lines: readonly Line[];
  readonly looks: Readonly<Partial<Record<Style, Look>>>;
}

function Lines({ lines, looks }: LinesProps) {
  return lines.map((line, i) => (
    <Box key={i} height={1} flexShrink={0}>
      <Text wrap="truncate-end">
        {line.length === 0
          ? ' '
          : line.map(({ text, style }, j) => (
              <Text key={j} {...(style && looks[style])}>
                {text}
              </Text>
            ))}
      </Text>
    </Box>
  ));
}
