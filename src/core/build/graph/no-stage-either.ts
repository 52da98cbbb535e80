import { GantryError } from '../../../base/gantry-error.ts';
import { didYouMean } from '../dockerfile/did-you-mean.ts';
import type { EarlierStages } from './stage-names.ts';

/**
 * The failure to get an image that was meant to be a stage, maybe: says that no stage is called so. In a FROM (`any`
 * false) names of images are usual, so only a name near to that of a stage counts.
 */
export function noStageEither(
  error: unknown,
  name: string,
  earlier: EarlierStages,
  { any }: { readonly any: boolean },
): unknown {
  const failure = GantryError.from(error);
  if (failure.kind === 'cancelled' || !/^[a-z][a-z0-9_.-]*$/i.test(name)) return error;
  const names = earlier.names();
  const meant = didYouMean(name, names);
  if (meant === undefined && !any) return error;
  const others = names.length === 0 ? failure.hint : `stages: ${names.join(', ')}`;
  return new GantryError({
    kind: failure.kind,
    code: failure.code,
    message: `no stage is called ${JSON.stringify(name)}, and there is no image of that name here: ${failure.message}`,
    hint: meant === undefined ? others : `did you mean the stage ${meant}?`,
    details: failure.details,
    cause: error,
  });
}
