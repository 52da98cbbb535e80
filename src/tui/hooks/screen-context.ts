import { createContext, useContext } from 'react';
import type { Screen } from '../screen/screen.ts';

export const ScreenContext = createContext<Screen | undefined>(undefined);

/** The screen a component belongs to. */
export function useScreen(): Screen {
  const screen = useContext(ScreenContext);
  if (screen === undefined) throw new TypeError('not inside a screen');
  return screen;
}
