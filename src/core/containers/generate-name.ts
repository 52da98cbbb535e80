import { randomHex } from '../host/random-hex.ts';

/**
 * A name nobody gave: `adjective_surname`. Six tries at a free one, then the short ID serves, as in Docker.
 */
export function generateName(id: string, isTaken: (name: string) => boolean): string {
  for (let attempt = 0; attempt < 6; attempt += 1) {
    const random = Number.parseInt(randomHex(4), 16);
    const adjective = adjectives[random % adjectives.length];
    const surname = surnames[Math.floor(random / adjectives.length) % surnames.length];
    const name = `${adjective}_${surname}`;
    if (!isTaken(name)) return name;
  }
  return id.slice(0, 12);
}

const adjectives = words(`
  able agile airy alert amber ample apt ardent arctic artful astute autumn avid awake balmy benign blithe bold brave
  breezy bright brisk calm candid careful cheerful civil clear clement clever coastal composed cordial cosy courtly
  crisp curious dapper daring dawning deft devoted diligent dreamy eager earnest easy elated elegant epic even exact
  fair famous fearless fine firm fleet fluent fond frank free fresh frugal gallant genial gentle gifted glad gleaming
  golden graceful grand grateful hale happy hardy hearty helpful honest hopeful humble ideal immense jaunty jolly
  jovial joyful keen kind kindred lasting learned light likely lively loyal lucid lucky lunar mellow merry mighty mild
  mindful modest moonlit natty neat nimble noble northern novel orderly patient peaceful pensive placid playful
  pleasant plucky poised polite proud prudent quick quiet radiant ready regal robust rosy rugged sage sane serene
  shining silent silver sincere smart snowy sober solar solid spirited spry stable starry steady stellar stoic sturdy
  subtle sunny supple sure swift tactful tender thankful thorough tidal tidy tranquil trusty upbeat urbane valiant
  velvet verdant versatile vital vivid warm wary willing winged wise witty worthy zealous zesty
`);

const surnames = words(`
  abel aiken allen amdahl ampere anning archimedes atanasoff babbage backus banach bardeen bartik bayes bell bernoulli
  berners bessel bohr boole born bose brahe brattain braun bronte brunel bush cantor carnot carson cauchy cavendish
  celsius cerf chandra church clarke cochran codd conway cooper copernicus cori coulomb crane cray curie dahl dalton
  darwin daubechies davies dedekind descartes diffie dijkstra dirac doppler dyson earhart easley eckert edison
  einstein elion engelbart eratosthenes erdos euclid euler faggin faraday feinler fermat fermi feynman fibonacci
  floyd fourier franklin frege fresnel galileo galois gauss germain gibbs godel goeppert goldberg goldstine gosling
  granville gray haber halley hamilton hamming harrison hawking heaviside hellman henry hero herschel hertz hilbert
  hoare hodgkin hollerith holberton hooke hopper hubble humboldt hutton huygens hypatia iverson jacobi jacquard jemison
  jennings johnson joliot joule kahn kalman karp kay keller kelvin kepler kernighan khayyam khwarizmi kilburn kilby
  kirchhoff kleene knuth kovalevskaya kwolek lagrange lamarr lamport landau laplace lavoisier leavitt leibniz licklider
  linnaeus liskov lovelace lubbock mach marconi markov mauchly maxwell mccarthy mcclintock mccluskey mcilroy meitner
  mendel mendeleev mercator merkle metcalfe milner minkowski minsky mitchell moore morse napier naur nash newell newton
  nightingale nobel noether noyce ohm oppenheimer ostrowski papin pascal pasteur pauli payne pearl peano perlis perlman
  planck poincare postel ptolemy pythagoras rabin ramanujan reaumur ride riemann ritchie roentgen rutherford sammet
  schrodinger scott shamir shannon shockley simon sinclair snell snyder somerville spence stallman steinmetz stibitz
  stokes strachey strowger sutherland swan tarjan tereshkova tesla thompson torvalds turing valiant viterbi volta
  vonneumann wallace watt wegener weizenbaum weyl wheeler whitehead wiener wilkes wilkinson williams wirth wolfram wozniak
  wright wu yalow yao zeeman zuse
`);

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
