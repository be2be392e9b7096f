"""Shell completion: one small script per shell, with verbs, scenarios and keys written into it.

Assumption: a TAB must answer at once, so nothing is started but the shell itself; the user's own
scenarios are listed when TAB is pressed, orgsim's own keys when the script is made.

Reference: the Bash manual, "Programmable Completion"; ECOSYSTEM.md s.2.1 (0.6 s per TAB otherwise).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from orgsim.errors import COMMAND_LINE, ConfigError, Problem, short
from orgsim.registry import did_you_mean

__all__ = ["SHELLS", "script"]

SHELLS = ("bash", "zsh", "fish")

_BASH = """\
# orgsim completion for bash. To use it now and later:  {use}
_orgsim() {{
    local line="${{COMP_LINE:0:$COMP_POINT}}" verb word own words file
    word="${{line##*[[:space:]]}}"
    verb="${{COMP_WORDS[1]}}"
    own=""
    for file in scenarios/*.yaml; do
        file="${{file##*/}}"
        # compgen expands its words: a file of another name could run something.
        case "${{file%.yaml}}" in *[!a-z0-9_]*) ;; *) own="$own ${{file%.yaml}}" ;; esac
    done
    if [ "$COMP_CWORD" -le 1 ]; then
        words="{verbs} --help --version"
    else
        case "$verb" in
{cases}
            *) words="" ;;
        esac
    fi
    COMPREPLY=($(compgen -W "$words" -- "$word"))
    if [ "${{#COMPREPLY[@]}}" -eq 0 ]; then
        COMPREPLY=($(compgen -f -- "$word"))
    fi
    # Bash takes "=" for the end of a word: hand back only what follows it.
    if [[ "$word" == *=* && "$COMP_WORDBREAKS" == *=* ]]; then
        COMPREPLY=("${{COMPREPLY[@]#"${{word%=*}}="}}")
    elif [[ "${{COMPREPLY[0]}}" == *= ]] && type compopt >/dev/null 2>&1; then
        compopt -o nospace
    fi
}}
complete -F _orgsim orgsim
"""

_ZSH = """\
# orgsim completion for zsh. To use it now and later:  {use}
(( $+functions[compdef] )) || {{ autoload -U compinit && compinit }}
_orgsim() {{
    local -a whole open own
    own=(scenarios/*.yaml(N:t:r))
    if (( CURRENT == 2 )); then
        whole=({verbs} --help --version)
    else
        case "${{words[2]}}" in
{cases}
        esac
    fi
    compadd -a whole
    compadd -S '' -a open
}}
compdef _orgsim orgsim
"""

_USES = {
    "bash": "orgsim completion bash >> ~/.bash_completion",
    "zsh": "orgsim completion zsh >> ~/.zshrc",
    "fish": "orgsim completion fish > ~/.config/fish/completions/orgsim.fish",
}


def script(
    shell: str,
    verbs: Mapping[str, Sequence[str]],
    scenarios: Sequence[str],
    keys: Sequence[str],
) -> str:
    """Return the completion script of a shell.

    `verbs` says what follows each verb: "{scenarios}", "{keys}" or words of its own; `keys` end in
    "=" or hold a whole override. Raises ConfigError for an unknown shell.
    """
    if shell not in SHELLS:
        message, hint = f"there is no completion for {short(shell)}", did_you_mean(shell, SHELLS)
        raise ConfigError(Problem(where=COMMAND_LINE, message=message, hint=hint))
    lists = {"{scenarios}": " ".join(scenarios), "{keys}": " ".join(keys)}
    follow = {
        verb: " ".join(lists.get(word, word) for word in words) for verb, words in verbs.items()
    }
    own = {verb for verb, words in verbs.items() if "{scenarios}" in words}
    cases = {"bash": _bash_case, "zsh": _zsh_case}
    if shell == "fish":
        return _fish(follow, own)
    text = _BASH if shell == "bash" else _ZSH
    lines = (cases[shell](verb, words, verb in own) for verb, words in follow.items())
    return text.format(use=_USES[shell], verbs=" ".join(verbs), cases="\n".join(lines))


def _bash_case(verb: str, words: str, has_own: bool) -> str:
    return f'            {verb}) words="{words}{" $own" if has_own else ""}" ;;'


def _zsh_case(verb: str, words: str, has_own: bool) -> str:
    """The words of a verb: whole ones, and keys after which no space belongs; files beside them."""
    whole = " ".join(word for word in words.split() if not word.endswith("="))
    keys = " ".join(f"'{word}'" for word in words.split() if word.endswith("="))
    files = "; _files -g '*.yaml'" if has_own else ""
    return (
        f"            {verb}) whole=({whole}{' $own' if has_own else ''}); open=({keys}){files} ;;"
    )


def _fish(follow: Mapping[str, str], own: set[str]) -> str:
    none_yet = "not __fish_seen_subcommand_from " + " ".join(follow)
    lines = [
        f"# orgsim completion for fish. To use it now and later:  {_USES['fish']}",
        "complete -c orgsim -f",
        f"complete -c orgsim -n '{none_yet}' -a '{' '.join(follow)} --help --version'",
    ]
    names = "(path change-extension '' (path basename scenarios/*.yaml))"
    for verb, words in follow.items():
        seen = f"__fish_seen_subcommand_from {verb}"
        lines.append(
            f'complete -c orgsim -n "{seen}" -a "{words}{f" {names}" if verb in own else ""}"'
        )
        if verb in own:
            is_value = "string match -q '*=*' -- (commandline -ct)"
            lines.append(f'complete -c orgsim -n "{seen}; and not {is_value}" -F')
    return "\n".join(lines) + "\n"
