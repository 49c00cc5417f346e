"""Pages: scripts as one region that parses, links, comments, template marks, hostile input."""

from __future__ import annotations

import time

import pytest
import tree_sitter
import tree_sitter_javascript
from hypothesis import given
from hypothesis import strategies as st

from jwtscan.syntax.marks import find_marks
from jwtscan.syntax.pages import PageParts, read_page


def read(source: str, kind: str = "html") -> PageParts:
    parts = read_page(kind, "page", source.encode())
    for region in parts.regions:
        assert len(region.text) == len(source.encode())
    return parts


def code(source: str, kind: str = "html") -> str:
    """The region without what is blank."""
    (region,) = read(source, kind).regions
    return " ".join(region.text.decode().split())


def parses(source: str) -> bool:
    (region,) = read(source).regions
    language = tree_sitter.Language(tree_sitter_javascript.language())
    return not tree_sitter.Parser(language).parse(region.text).root_node.has_error


def urls(source: str, kind: str = "html") -> list[tuple[str, str]]:
    parts = read(source, kind)
    for link in parts.links:
        assert "&" in source or source.encode()[slice(*link.span)].decode() == link.url
    return [(link.tag, link.url) for link in parts.links]


class TestScripts:
    def test_offsets_and_line_breaks_are_the_documents(self) -> None:
        source = "<p>é</p>\r\n<script>\r\njoin()\n</script>\n"
        (region,) = read(source).regions
        assert region.text.index(b"join()") == source.encode().index(b"join()")
        assert region.text[region.text.index(b"join()") :].count(b"\n") == 2
        assert region.starts == ((0, 0),)

    def test_scripts_share_one_region_but_no_expression(self) -> None:
        source = "<script>a = b</script><script>(c)</script><script>d // x</script><script>e</script>"
        assert code(source) == "a = b; (c); d // x ; e;"
        assert parses(source)

    @pytest.mark.parametrize(
        ("attributes", "language"),
        [
            ("", "javascript"),
            (' type="text/javascript"', "javascript"),
            (' type="text/javascript; charset=utf-8"', "javascript"),
            (' TYPE="Module"', "javascript"),
            (' type="text/babel"', "javascript"),
            (' type="text/babel" data-presets="react,typescript"', "tsx"),
            (" lang=ts", "typescript"),
            (' lang="tsx"', "tsx"),
            (' type="text/template"', None),
            (' type="text/x-template"', None),
            (' type="application/json"', None),
            (' type="application/ld+json"', None),
            (' lang="coffee"', None),
        ],
    )
    def test_type_says_what_is_code(self, attributes: str, language: str | None) -> None:
        regions = read(f"<script{attributes}>x()</script>").regions
        assert [region.language for region in regions] == ([] if language is None else [language])

    def test_body_of_an_external_script_is_no_code(self) -> None:
        assert read('<script src="a.js">x()</script>').regions == ()

    def test_comments_textareas_and_titles_hold_no_scripts(self) -> None:
        source = "<!-- <script>a()</script> --><textarea><script>b()</script></textarea><title><script></title>"
        assert read(source).regions == ()
        assert [comment.text for comment in read(source).comments] == ["<!-- <script>a()</script> -->"]

    def test_upper_case_and_tags_that_never_end(self) -> None:
        assert code("<SCRIPT>a()</Script ><div <p><script>b()") == "a(); b()"

    def test_end_tag_written_in_a_string(self) -> None:
        assert code(r'<script>a("<\/script>")</script>') == r'a("<\/script>");'

    def test_script_inside_an_old_comment_has_its_own_end(self) -> None:
        assert code("<script>a = '<!-- <script>b</script>'; c()</script>") == "a = '<!-- <script>b</script>'; c();"

    def test_marks_that_hid_scripts_from_old_browsers(self) -> None:
        source = "<script><!-- hide\na()\n--> end\n</script><script>//<![CDATA[\nb()\n//]]></script>"
        source += "<script>\n<![CDATA[\nc()]]></script>"
        assert code(source) == "a() ; // b() // ; c() ;"
        assert parses(source)

    def test_attribute_values_hold_angle_brackets(self) -> None:
        assert code("<a title=\"<script>no()</script>\" x='>'><script>yes()</script>") == "yes();"


class TestComponents:
    def test_vue_script_and_setup_share_a_region(self) -> None:
        source = (
            '<template><p v-if="a < b">{{ a <b }}</p></template>\n<script>\nimport x from "x"\n</script>\n'
            '<script setup lang="ts">\nconst a = `${{b: 1}.b}`\n</script>'
        )
        (region,) = read(source, "vue").regions
        assert region.language == "typescript"
        assert code(source, "vue") == 'import x from "x" ; const a = `${{b: 1}.b}` ;'

    def test_vue_handlers_are_statements_and_bindings_are_left_out(self) -> None:
        source = '<template><a @click="go({a: 1})" v-on:x.once="go2" :y="z"/></template><script>s</script>'
        assert code(source, "vue") == ";go({a: 1}); ;go2; s;"

    def test_vue_docs_block_is_no_code(self) -> None:
        assert code("<docs><script>no</script></docs><script>yes</script>", "vue") == "yes;"

    def test_svelte_scripts_and_handlers_in_braces(self) -> None:
        source = '<script context="module">let a</script><script>let b = {{}}</script>'
        source += '{#if a < b}<a {...rest} on:click={() => go(a > b, "}")} class={c}>{/if}'
        assert code(source, "svelte") == 'let a; let b = {{}}; ;() => go(a > b, "}");'


class TestHandlers:
    def test_kept_in_place(self) -> None:
        source = "<b onclick=\"join('a')\" ONLOAD='x()' data-on=\"no()\" onfoo>"
        (region,) = read(source).regions
        assert region.text.index(b"join") == source.index("join")
        assert code(source) == ";join('a'); ;x();"

    @pytest.mark.parametrize(
        "value", ["if (a) {", "a)", "'open", "a() // b", "/* a", "a &lt; b", "a &amp;&amp; b", "[(])"]
    )
    def test_left_out_where_it_would_spoil_what_follows(self, value: str) -> None:
        assert code(f'<b onclick="{value}"><script>ok()</script>') == "ok();"

    def test_plain_and_between_is_no_entity(self) -> None:
        assert code('<b onclick="a && b()">') == ";a && b();"

    def test_template_mark_in_a_handler(self) -> None:
        assert parses('<b onclick="join(\'{{ user.name|default("x") }}\', {{ id }})">')


class TestTemplates:
    @pytest.mark.parametrize(
        ("script", "expected"),
        [
            ("a = {{ cfg|tojson }};", "a = tpl_____________;"),
            ("a = <%= x %>;", "a = tpl_____;"),
            ("a = <?= $x ?>;", "a = tpl______;"),
            ("a = <?php echo $x; ?>;", "a = tpl______________;"),
            ("a = '{{ x|f(\"q\", 'r') }}';", "a = '{{ x|f( q , r ) }}';"),
            ('a = "<%- it\'s %>";', 'a = "<%- it s %>";'),
            ("{% if x %} a(); {% endif %}", "a();"),
            ("{{#if x}} a(); {{else}} b(); {{/if}}", "a(); b();"),
            ("<% if (x) { %> a(); <% } %>", "a();"),
            ("a = {% if x %}true{% else %}false{% endif %};", "a = true|| false ;"),
            ("a = '{% url 'x' %}';", "a = '{% url x %}';"),
            ("// {{ it's }}\na()", "// a()"),
            ("a = {\n  b: {{\n x\n }},\n}", "a = { b: tp , }"),
            ("f = `${{a: 1}.a}`;", "f = `${{a: 1}.a}`;"),
            ("f(function () {{ a(); }})", "f(function () {{ a(); }})"),
            ("{{!-- note --}} a()", "a()"),
        ],
    )
    def test_marks_inside_scripts(self, script: str, expected: str) -> None:
        source = f"<script>{script}</script>"
        assert code(source).removesuffix(";").rstrip() == expected
        assert parses(source)

    def test_object_in_the_braces_of_jsx_is_no_mark(self) -> None:
        source = '<script type="text/babel">a = <b style={{c}}>x</b></script>'
        assert "{{c}}" in code(source)

    def test_marks_do_not_end_tags_or_quotes(self) -> None:
        source = (
            '<a {% if a > "b" %}x{% endif %} href="<?= url(">") ?>"><script src="<%= f("x") %>/{{ v }}.js"></script>'
        )
        assert urls(source) == [("script", '<%= f("x") %>/{{ v }}.js')]

    def test_mark_that_is_not_closed_is_none(self) -> None:
        assert code("<script>a = '<%'; b = '{{'</script><script>c = 1</script>") == "a = '<%'; b = '{{'; c = 1;"

    def test_comments_of_templates(self) -> None:
        source = "<%# one %>{# two #}{{!-- three --}}<!-- four -->"
        assert [comment.text for comment in read(source).comments] == source.replace(">{#", ">\n{#").replace(
            "}{{", "}\n{{"
        ).replace("}<!", "}\n<!").split("\n")

    def test_kinds_of_marks(self) -> None:
        source = (
            b"{{ a }}{{{ b }}}{{#if}}{{! c }}{{- end }}{% x %}{% url 'y' %}{# z #}<% s %><%= v %><?php t ?>{!! u !!}"
        )
        assert [mark.kind for mark in find_marks(source)] == [
            "value", "value", "statement", "comment", "statement", "statement", "value", "comment", "statement",
            "value", "statement", "value",
        ]  # fmt: skip


class TestLinks:
    def test_scripts_and_stylesheets(self) -> None:
        source = (
            '<link rel="stylesheet" href=" https://source.zoom.us/1.9.6/css/bootstrap.css "/>'
            "<script src=https://source.zoom.us/1.9.6/lib/vendor/react.min.js></script>"
            "<script src='//source.zoom.us/zoom-meeting-{{ v }}.min.js'></script>"
            "<link><script src></script><a href='x'>"
        )
        assert urls(source) == [
            ("link", "https://source.zoom.us/1.9.6/css/bootstrap.css"),
            ("script", "https://source.zoom.us/1.9.6/lib/vendor/react.min.js"),
            ("script", "//source.zoom.us/zoom-meeting-{{ v }}.min.js"),
        ]

    def test_entities_are_resolved_in_the_url_only(self) -> None:
        source = '<script src="/a?b=1&amp;c=2">'
        (link,) = read(source).links
        assert (link.url, source[slice(*link.span)]) == ("/a?b=1&c=2", "/a?b=1&amp;c=2")

    def test_import_map(self) -> None:
        source = '<script type="importmap">{"imports": {"é": "/é.js", "b": "https://x/b.js"}, '
        source += '"scopes": {"/": {"c": "/c.js"}}, "integrity": {"/a": "sha"}}</script>'
        assert urls(source) == [("importmap", "/é.js"), ("importmap", "https://x/b.js"), ("importmap", "/c.js")]

    def test_links_in_a_component(self) -> None:
        assert urls('<template><link href="/z.css"></template><script src="./x.js"></script>', "vue") == [
            ("link", "/z.css"),
            ("script", "./x.js"),
        ]


HOSTILE = {
    "tags": "<a ",
    "scripts": "<script>",
    "pairs": "<script>x</script>",
    "nested": "<!--<script>",
    "comments": "<!--",
    "quotes": "<a b='\"",
    "braces": "<a on:x={",
    "marks": "{{ ",
    "closed marks": "{{ a }}",
    "unclosed marks": "<% {% {# <?php ",
    "handlers": '<a onclick="((">',
    "marks in handlers": '<a onclick="f({{ a }})">',
    "slashes": "</",
    "spaces": " ",
    "names": "<script src",
    "entities": '<link href="&amp;&">',
    "cdata": "<script><![CDATA[",
    "arrows": "<script>\n--> ",
    "else": "<script>1{% else %}</script>",
    "no UTF-8": "<é\x00",
}


@pytest.mark.parametrize("kind", ["html", "vue", "svelte"])
@pytest.mark.parametrize("shape", HOSTILE)
def test_hostile_input_takes_linear_time(kind: str, shape: str) -> None:
    source = (HOSTILE[shape] * (200_000 // len(HOSTILE[shape]))).encode()
    begun = time.process_time()
    for hostile in (source, b"<script>" + source + b"</script>", b"<a b='" + source):
        read_page(kind, "page", hostile)
    assert time.process_time() - begun < 5


PIECES = st.sampled_from(
    ["<script>", "</script>", "<script src=", "<a onclick=", ">", '"', "'", "`", "{{", "}}", "{%", "%}", "<%", "%>",
     "<%=", "<?php", "?>", "<!--", "-->", "x", "(", ")", "{", "}", "é", "\n", "//", "else", "\\", " ", "=", "&",
     "<link href=", "/>", "<textarea>", "</textarea>", "$"]
)  # fmt: skip


@pytest.mark.parametrize("kind", ["html", "vue", "svelte"])
@given(pieces=st.lists(PIECES, max_size=40))
def test_any_text_keeps_its_length_and_gives_spans_inside_it(kind: str, pieces: list[str]) -> None:
    source = "".join(pieces)
    parts = read(source, kind)
    for start, end in [link.span for link in parts.links] + [comment.span for comment in parts.comments]:
        assert 0 <= start < end <= len(source.encode())
