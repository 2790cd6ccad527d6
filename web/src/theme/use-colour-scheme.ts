import { type MantineColorScheme, useMantineColorScheme } from '@mantine/core';

/** The chosen theme. Transitions are kept: switching them off would need a <style> element, which the policy refuses. */
export function useColourScheme(): { scheme: MantineColorScheme; setScheme: (scheme: MantineColorScheme) => void } {
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  return { scheme: colorScheme, setScheme: setColorScheme };
}
