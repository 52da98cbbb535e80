/** Connections that a pull may open beside one a layer, shared by its layers. */
export interface ConnectionBudget {
  /** Whether one more may be opened. */
  take(): boolean;
  give(): void;
}

export function connectionBudget(most: number): ConnectionBudget {
  let taken = 0;
  return {
    take() {
      if (taken === most) return false;
      taken += 1;
      return true;
    },
    give() {
      taken -= 1;
    },
  };
}
