# SPDX-License-Identifier: Apache-2.0
#
# Completion of bash for tapproof, lab, tapd, tapctl, tapping and tapsniff: source it, or install it where
# bash-completion looks for it (make install does). What commands and options there are the programs
# themselves say, with --help; ids come from the expectation that stands in the line, hosts and switches
# from its topology.

# Words of the line up to the cursor, split at blanks alone: bash splits at ':' and '=', too.
_tapproof_words() {
    local line=${COMP_LINE:0:COMP_POINT}
    read -ra words <<< "$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    cur=${words[-1]} prev=${words[-2]}
    if [[ $cur == --*=* ]]; then
        prev=${cur%%=*} cur=${cur#*=}
    fi
}

# _tapproof_rows PROGRAM...: its options, a line each: "-l --lab LAB".
_tapproof_rows() {
    "$@" --help 2> /dev/null | sed -nE 's/^  (    -|)(-[a-zA-Z-].*)$/\1\2/p' |
        sed -E 's/^ *//; s/([^ ])  .*/\1/; s/,//; s/\[=(.*)\]/ \1/'
}

# _tapproof_argument ROWS OPTION: what its value is called; nothing if it has none.
_tapproof_argument() {
    awk -v option="$2" '{ for (i = 1; i < NF; i++) if ($i == option && $NF !~ /^-/) { print $NF; exit } }' <<< "$1"
}

# _tapproof_reply WORD...: those that go on from what is there.
_tapproof_reply() {
    local word head=
    # Readline goes on behind the last character that breaks words.
    [[ $cur == *[:=]* && $COMP_WORDBREAKS == *:* ]] && head=${cur%"${cur##*[:=]}"}
    for word; do
        [[ $word == "$cur"* ]] || continue
        word=${word#"$head"}
        [[ $word != *[!a-zA-Z0-9/:.,_+@=-]* ]] || word=$(printf %q "$word")
        COMPREPLY+=("$word")
    done
}

_tapproof_files() {
    local file
    compopt -o filenames 2> /dev/null
    while IFS= read -r file; do
        [[ -z $1 || -d $file || $file == *$1 ]] && COMPREPLY+=("$file")
    done < <(compgen -f -- "$cur")
}

# _tapproof_nodes FILE KEY: the names under `hosts:` or `switches:` of a topology, or of that which an expectation or
# a policy names.
_tapproof_nodes() {
    local file=$1 topology
    [[ -r $file ]] || return
    topology=$(sed -nE "s/^topology: *[\"']?([^\"' #]*).*/\1/p" "$file" | head -n 1)
    [[ -z $topology || $topology == /* ]] || topology=$(dirname -- "$file")/$topology
    awk -v key="$2:" '/^[^ #]/ { within = $1 == key } within && /^  [^ #][^:]*:/ { sub(/^  /, ""); sub(/:.*/, ""); gsub(/["\047]/, ""); print }' \
        "${topology:-$file}" 2> /dev/null
}

# _tapproof_state_ports FILE: ports of which an expectation speaks, as s1:1.
_tapproof_state_ports() {
    tapproof check "$1" --list -k state 2> /dev/null | sed -nE 's|^state/([^/]*)/([0-9]+)$|\1:\2|p'
}

# _tapproof_value ARGUMENT FILE: what may stand for it; 1 if that is not known.
_tapproof_value() {
    local -a found
    case $1 in
    FILE) _tapproof_files ;;
    LAB | EXPECTED | TOPOLOGY | POLICY) _tapproof_files .yaml ;;
    KIND) _tapproof_reply state traffic ;;
    WHEN) _tapproof_reply always never auto ;;
    TYPE) _tapproof_reply raw icmp arp udp tcp ;;
    PATTERN)
        mapfile -t found < <(tapproof check "$2" --list 2> /dev/null)
        _tapproof_reply "${found[@]}"
        ;;
    PLACE)
        mapfile -t found < <(_tapproof_nodes "$2" hosts; _tapproof_nodes "$2" switches; _tapproof_state_ports "$2")
        _tapproof_reply "${found[@]}"
        ;;
    HOSTS | PORTS)
        mapfile -t found < <(_tapproof_nodes "$2" hosts; [[ $1 == HOSTS ]] && echo all)
        # A list: what stands behind its last comma.
        local list=${cur%"${cur##*,}"}
        _tapproof_reply "${found[@]/#/$list}"
        ;;
    *) return 1 ;;
    esac
}

# The first word behind the command that is a file.
_tapproof_operand() {
    local i
    for ((i = 1; i < ${#words[@]} - 1; i++)); do
        [[ ${words[i]} != -* && ${words[i - 1]} != -@(l|o|-lab|-json|-html|-state) && -f ${words[i]} ]] &&
            { echo "${words[i]}"; return; }
    done
}

# _tapproof_options FILE PROGRAM...: the value of an option, or an option. 1: neither.
_tapproof_options() {
    local file=$1 rows argument
    shift
    [[ $prev == -* || $cur == -* ]] || return 1
    rows=$(_tapproof_rows "$@")
    argument=$(_tapproof_argument "$rows" "$prev")
    if [[ -n $argument ]]; then
        _tapproof_value "$argument" "$file" || true
    elif [[ $cur == -* ]]; then
        # shellcheck disable=SC2046 # words
        _tapproof_reply $(grep -oE '(^| )-[-a-zA-Z0-9]+' <<< "$rows") --help
    else
        return 1
    fi
}

_tapproof() {
    local words cur prev file
    COMPREPLY=()
    _tapproof_words
    if ((${#words[@]} == 2)) || [[ ${#words[@]} == 3 && ${words[1]} == help ]]; then
        # shellcheck disable=SC2046
        _tapproof_reply $(tapproof --help | sed -n 's/^  \([a-z]*\)  .*/\1/p') \
            $([[ ${words[1]} == help && ${#words[@]} == 3 ]] && echo expectation topology lab policy || echo help --help --version)
        return
    fi
    file=$(_tapproof_operand)
    _tapproof_options "$file" tapproof "${words[1]}" && return
    if [[ ${words[1]} == explain && -n $file ]]; then
        _tapproof_value PLACE "$file"
    else
        _tapproof_files .yaml
    fi
}

_tapproof_lab() {
    local words cur prev i states=() topology=
    COMPREPLY=()
    _tapproof_words
    for ((i = 2; i < ${#words[@]} - 1; i++)); do
        [[ ${words[i]} == -- ]] && { mapfile -t COMPREPLY < <(compgen -c -- "$cur"); return; }
        [[ -z $topology && -f ${words[i]} ]] && topology=${words[i]}
    done
    case ${words[1]}/$prev in
    */--flows | flows/flows)
        for i in "${topology:-$TAPPROOF_TOPOLOGY}"; do states=("${i%.yaml}"/*/); done
        states=("${states[@]%/}")
        _tapproof_reply "${states[@]##*/}"
        [[ $cur != */* ]] || _tapproof_files /
        ;;
    */--policy | */--lab | policy/policy) _tapproof_files .yaml ;;
    */--controller) _tapproof_reply tcp:127.0.0.1:6653 ;;
    exec/exec) _tapproof_reply $(_tapproof_nodes "$TAPPROOF_TOPOLOGY" hosts) ;;
    exec/*) mapfile -t COMPREPLY < <(compgen -c -- "$cur") ;;
    run/* | shell/*)
        if [[ $cur == -* ]]; then
            # shellcheck disable=SC2046
            _tapproof_reply $("${words[0]}" --help | grep -oE -- '--[a-z]+' | sort -u) --
        else
            _tapproof_files .yaml
        fi
        ;;
    *) _tapproof_reply run shell exec flows policy ;;
    esac
}

_tapproof_tapd() {
    local words cur prev
    COMPREPLY=()
    _tapproof_words
    _tapproof_options "" tapd || _tapproof_files .yaml
}

# Where the topology is: --topology, else $TAPPROOF_TOPOLOGY.
_tapproof_topology() {
    local i
    for ((i = 1; i < ${#words[@]} - 1; i++)); do
        [[ ${words[i]} == --topology ]] && { echo "${words[i + 1]}"; return; }
    done
    echo "$TAPPROOF_TOPOLOGY"
}

_tapproof_hosts() {
    local words cur prev topology
    COMPREPLY=()
    _tapproof_words
    topology=$(_tapproof_topology)
    _tapproof_options "$topology" "${words[0]}" || _tapproof_value HOSTS "$topology"
}

_tapproof_tapctl() {
    local words cur prev i at=() command=
    COMPREPLY=()
    _tapproof_words
    for ((i = 1; i < ${#words[@]} - 1; i++)); do
        case ${words[i]} in
        -a | --at) at=(--at "${words[i + 1]}") ;;
        list | show | add | extend | rm | wait) command=${words[i]} ;;
        esac
    done
    _tapproof_options "$TAPPROOF_TOPOLOGY" tapctl && return
    case $command in
    '') _tapproof_reply list show add extend rm wait ;;
    # shellcheck disable=SC2046
    show | extend | rm | wait) _tapproof_reply $(tapctl "${at[@]}" list 2> /dev/null | awk 'NR > 1 { print $1 }') ;;
    esac
}

complete -F _tapproof tapproof
complete -F _tapproof_lab lab
complete -F _tapproof_tapd tapd
complete -F _tapproof_tapctl tapctl
complete -F _tapproof_hosts tapping tapsniff
