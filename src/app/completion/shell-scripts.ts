/**
 * What each shell runs to complete a line: it asks `gantry __complete` at every tab. The first line of the answer says
 * whether files fit too, the others are offers: a word, a tab, a few words about it.
 */
export const shellScripts: Readonly<Record<'bash' | 'zsh' | 'fish', string>> = {
  // bash breaks words at : and =, which names of images hold: the line goes to gantry whole, and of each answer the
  // part before the last such break is left out again.
  bash: `# bash completion for gantry
_gantry() {
  local line=\${COMP_LINE:0:COMP_POINT} files offer answer current word kept
  answer=$("\${COMP_WORDS[0]}" __complete --line "$line" 2>/dev/null) || return
  current=\${COMP_WORDS[COMP_CWORD]}
  case $current in :|=) current= ;; esac
  word=\${line##*[[:space:]]}
  kept=\${word%"$current"}
  COMPREPLY=()
  while IFS= read -r offer; do
    if [ -z "$files" ]; then files=\${offer#:}; continue; fi
    offer=\${offer%%$'\\t'*}
    COMPREPLY+=("\${offer#"$kept"}")
    case $offer in *[:=/]) compopt -o nospace ;; esac
  done <<< "$answer"
  case $files in
    file) compopt -o filenames; while IFS= read -r offer; do COMPREPLY+=("$offer"); done < <(compgen -f -- "$current") ;;
    directory) compopt -o filenames; while IFS= read -r offer; do COMPREPLY+=("$offer"); done < <(compgen -d -- "$current") ;;
  esac
}
complete -F _gantry gantry`,
  zsh: `#compdef gantry
_gantry() {
  local -a answer offers
  local offer
  answer=("\${(@f)$(\${words[1]} __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  (( \${#answer} )) || return 1
  for offer in "\${(@)answer[2,-1]}"; do
    offers+=("\${\${offer%%$'\\t'*}//:/\\\\:}:\${offer#*$'\\t'}")
  done
  (( \${#offers} )) && _describe -t offers gantry offers
  case \${answer[1]} in
    :file) _files ;;
    :directory) _files -/ ;;
  esac
}
if [ "$funcstack[1]" = _gantry ]; then _gantry "$@"; else compdef _gantry gantry; fi`,
  fish: `# fish completion for gantry
function __gantry_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l answer ($words[1] __complete $words[2..-1] 2>/dev/null)
  test (count $answer) -gt 0; or return
  test (count $answer) -gt 1; and printf '%s\\n' $answer[2..-1]
  switch $answer[1]
    case :file
      __fish_complete_path (commandline -ct)
    case :directory
      __fish_complete_directories (commandline -ct)
  end
end
complete -c gantry -f -a '(__gantry_complete)'`,
};
