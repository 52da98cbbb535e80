import { enterOwnNetworkNamespace } from './own-network-namespace.ts';

// Files run side by side, and each sees only its own bridges, rules and ports.
enterOwnNetworkNamespace();
