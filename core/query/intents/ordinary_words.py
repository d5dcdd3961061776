"""Ordinary words, English and French: they name no customer, period, number, metric or column, and reverse nothing.

A sentence can be read without them; the answer lists them as passed over. A word that is also a name of the sheet is
the name. Not here: words of change, loss, comparison, supposition, billing, hiring and acting, negations, and words
that describe a part of the customers ("key", "new", "happy").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache

from core.text import fold

# Kind -> words, folded. Verbs are in the infinitive and have all their regular forms, others also their plural and
# feminine.
_WORDS: Mapping[str, str] = {
    "english verb": """
        absorb admire admit advise amaze amuse analyse annoy apologise apologize appreciate argue ask assist baffle
        believe bluff boast bother browse celebrate cite claim clarify collate comment compile confess confirm confuse
        crosscheck deserve demystify desire disappoint discuss display dive doubt dumb elaborate emphasise
        emphasize enjoy enlighten enquire examine excuse explore flabbergast freak frustrate glance grasp hear
        highlight hope hurry illustrate impress indicate inquire insist inspect interpret intrigue investigate jot
        learn listen marvel matter mention mumble nag narrate note notice observe ogle oblige orient panic pardon
        perplex pester ping please ponder prep prepare proofread puzzle question rant rattle reassure recall recap
        recheck recite recommend reflect rehearse reiterate relate remark remember remind repeat rephrase respond scan
        scratch scribble scrutinise scrutinize shock shout sigh skim smell sound specify spell spot stumble stun
        suggest summarise summarize surprise swear tease tell thank think type understand validate verify wander watch
        whisper wish wonder worship wrap yell
    """,
    "french verb": """
        abuser admirer adorer aimer amuser analyser apprecier argumenter articuler assister avouer bavarder blablater
        bosser briefer celebrer chercher chiffonner choquer citer clarifier commenter compiler confirmer constater
        consulter creuser croiser debattre debriefer dechiffrer declarer decrypter demander depatouiller deranger
        derouler dessiner detailler detester dialoguer discuter documenter douter echanger ecouter egarer elaborer
        embeter ennuyer enoncer epauler eplucher esperer essayer etonner etudier evoquer exagerer examiner excuser
        expliciter explorer feliciter feter fouiller galerer galvauder illustrer impressionner indiquer informer
        inspecter interpeller interroger intriguer ironiser jurer justifier lorgner marteler memoriser mentionner
        meriter motiver nuancer observer oser paniquer papoter parier parler patauger patienter penser perturber
        plaisanter plancher poser preciser preferer preparer presenter pretexter prier prouver questionner raconter
        radoter rappeler rassurer reciter reclamer recommander recouper reexpliquer regarder reflechir regretter
        remarquer remercier repeter resumer rever rigoler saluer savourer scruter secouer sembler songer souhaiter
        souligner soupirer stresser suggerer synthetiser tacler tarder tatonner tenter titiller toquer tracasser
        travailler vanter verifier
    """,
    "irregular verb": """
        afraid been chose chosen felt found heard knew known meant ought overheard read said saw seen spoken thought
        told understood woke written wrote apprendre apprends apprendrait appris choisir choisi choisie choisis
        choisit choisissez comprendre comprends comprenez comprenons connaissez connais connait connaissons conclure
        concois convaincre crois croit croient croyais croyez croyons croire cru decrire decris decrit decrivez
        depeche devoir devons devez devrais devrait devraient devrions disent dites disait entends entend entendre
        entendu ecrivons eclaircir interesse lire lis lit lisons lisez lu lue plait plairait pouvoir pouvons pourrai
        pourrons reflechis reflechit rappelle rappelles rappellent relire relis relit relu relue repondre reponds
        repond repondez sachant sache sachez sachions savais savait savaient savons saura sauront souviens souvient
        souvenir surpris surprend surprends surprenant veuillez verra verrez verrons voyais voyait voient vu vue vues
        voudra voudriez voudrions voulais voulait vouliez voulons voulez vouloir finalising finalizing finalised
        polishing rehearsing revising tidying updating drafting writing filling finishing making peaufine peaufinons
        finalisons boucle bouclons
    """,
    "adjective": """
        flagged tagged labelled circled marked absurd amazing anxious appalling arduous astonishing astounding aware
        awesome awkward baffling bizarre blatant bloody boring brilliant broad busy careful catastrophic chaotic clear
        clueless clumsy comfortable complex complicated concise concrete convinced convincing crazy credible crucial
        curious cute daunting dear delicate delightful depressing detailed difficult dire disappointing disastrous
        dodgy dreadful dubious dull dumb eager easy elegant embarrassed encouraging essential exciting excited
        explicit extraordinary fabulous familiar fantastic fascinating fishy flabby flattering foolish formal frank
        freaky friendly frightening frustrating funny fuzzy generic genuine ghastly glad glorious gorgeous grateful
        gruesome grumpy handy hard hazy helpful honest horrific horrid huge iffy impatient important incredible
        informal insane interesting intriguing keen lame laughable lazy lengthy literal lousy lovely ludicrous lucky
        magic magnificent mandatory marvellous messy mighty miserable misleading misguided muddled mysterious nasty
        neat necessary nervous nice noisy notable noteworthy obvious odd outrageous painful panicked peculiar perfect
        plausible pleasant pleased polite pretty proud puzzling questionable regulatory relevant remarkable ridiculous
        rough rusty sad satisfactory sceptical skeptical sensible serious shady shocking shoddy silly sincere sleepy
        sloppy sorry spectacular splendid spooky statutory staggering stellar strange stressful stubborn stunning
        stupid sublime suitable superb surprising sweet tedious terrific terrifying thorough thrilled timely tiresome
        tough tricky trivial troubling ugly unbelievable unclear uncomfortable understandable unexpected unfair unreal
        unusual upfront urgent useful useless vague verbatim visible vital weird welcome wild wise wonderful
        abominable aberrant affligeant affolant affreux affreuse alambique ambigu anodin apercu atroce aveugle banal
        barbare bete bluffant bouleversant calamiteux catastrophique chiant clair claire complexe complique
        comprehensible concis confus consternant convaincant curieux curieuse decevant decevante delicat delirant
        deplorable deprimant desastreux desole dingue effarant effrayant embarrassant emouvant encourageant ennuyeux
        enorme epatant epouvantable essentiel etonnant etonnante etrange evident excellent exceptionnel extraordinaire
        fabuleux facile facheux faramineux fascinant fier fiere flagrant flou floue fou folle formel formidable
        frappant genant genial gentil grotesque hallucinant honnete ignare illisible immense impressionnant
        impressionnante improbable incomprehensible incroyable indispensable inedit inhabituel inouie insolite
        interessant interessante intriguant inutile joli jolie lamentable legitime limpide lisible logique loufoque
        louche lucide magique magnifique malin marrant merveilleux minable moche mysterieux naif navrant necessaire
        normale obligatoire parlant pathetique penible perplexe pertinent pertinente pressant pressante rassurant ravi
        ravie reglementaire remarquable rigolo rude sceptique sense sensationnel serieuse sidere solennel sommaire
        sordide spectaculaire splendide stressant stupefiant stupide superbe surprenante sympa terrifiant tordu
        touchant triste urgente utile vilain vraisemblable
    """,
    "adverb": """
        absolutely abundantly accordingly accurately actually admittedly allegedly alongside altogether amid amidst
        anyhow anyway apparently arguably blatantly brilliantly broadly candidly carefully casually certainly chiefly
        clearly collectively comfortably completely conveniently correctly crucially curiously damn dearly decently
        definitely desperately doubtless drastically duly effectively entirely essentially evidently extremely fairly
        figuratively firstly formally fortunately frankly freaking fully fundamentally furthermore generously
        genuinely gently gladly gosh hastily hence hereby honestly hopefully humbly ideally importantly incidentally
        incredibly indeed inherently insanely interestingly ironically jointly kinda legitimately likewise literally
        loosely luckily madly magically meanwhile mighty mysteriously namely naturally neatly necessarily nevertheless
        nicely nonetheless normally notably obviously oddly officially openly painfully particularly perfectly
        personally plainly pleasantly politely precisely preferably presumably probably properly quietly readily
        realistically reasonably regrettably remarkably ridiculously sadly secondly seemingly seriously shockingly
        sincerely smoothly someway somehow somewhat sorta strangely strictly super surely surprisingly technically
        terribly thankfully thereby therefore thirdly thoroughly thus tightly truly truthfully typically ultimately
        unbelievably undoubtedly unexpectedly unfortunately unofficially unsurprisingly urgently utterly verbally
        vividly weirdly whatsoever wholeheartedly wholly wildly wisely wonderfully worryingly abominablement
        absolument admirablement affreusement allegrement anyways apparemment approximativement assez assurement
        atrocement aveuglement avidement betement bigrement bizarrement bonnement brievement calmement carrement
        certainement clairement commodement completement concretement consciencieusement convenablement correctement
        couramment curieusement decidement deliberement desesperement diablement directement discretement doucement
        dument effectivement efficacement entierement essentiellement etonnamment etrangement exceptionnellement
        expres extremement facilement facheusement factuellement finalement follement foncierement fondamentalement
        formellement fort forcement fortuitement franchement gentiment genialement globalement grossierement
        habilement heureusement helas honnetement horriblement humblement hyper idealement idem impeccablement
        incroyablement indubitablement inevitablement interessant intimement intuitivement inutilement ironiquement
        joliment justement litteralement logiquement lucidement malencontreusement malheureusement manifestement
        materiellement mega methodiquement minutieusement modestement naivement naturellement normalement
        objectivement obligatoirement officiellement officieusement ouvertement parfaitement patiemment peniblement
        personnellement pertinemment platement pleinement poliment posement pourtant precisement premierement
        probablement proprement raisonnablement rapido realistement reellement respectivement rondement rudement
        sacrement sagement scrupuleusement serieusement sincerement soigneusement sommairement strictement stupidement
        supposement surement techniquement tellement textuellement theoriquement totalement tranquillement tranquilou
        tristement trop urgemment utilement vachement vaguement veritablement vigoureusement visiblement voila voici
        volontiers vraisemblablement
    """,
    "interjection": """
        aah aha ahem alas allo argh aw aww blimey boy bro bruh crikey dammit dang darn dude duh erm ffs fml gee geez
        gotcha gracious heck hehe helluva hey heyo hmmm hoho hooray huh innit jeez jk kk ladies lmao lmfao mmm mmmh
        omfg omg oof oops ouch pff phew please psst rofl shit smh tada ta thingy uhm uhh ugh whoa whew woah wow wtf
        wth yay yeah yess yikes yo yoohoo yup aie allez allons baf bigre bordel bravo chiche chouette crotte dame
        diantre fichtre flute hop houla mince misere mdrr nickel oufti ouf ouille oulala oups ouste parbleu pardi
        pardon pfff pfiou ptdr punaise puree putain tchao tiens voyons waouh wesh xd youpi yes zut
    """,
    "office": """
        adviser agenda agm annex answer appendix article assistant attachment audience audit auditor backup intern
        meeting background binder board boardroom boss briefing ceo cfo chair chairman chairperson chairwoman
        checklist chief clarification cmo cofounder colleague commentary committee communique compliance confirmation
        conference context controller controlling conversation coo counsel coworker cpo crew cro cso cto curiosity
        dataroom debate debrief deck diagram diligence director disclosure discussion doc docx doubt excel excerpt
        executive faq favor favour filing finops flipchart folder footnote founder fundraise fundraising goodness
        governance handout head headline homework idea imagination infographic inquiry interview investor ipo keynote
        kickoff leadership lender letter limelight lp luck management mba mbr memo memorandum mgmt mindset moment
        monologue narrative notebook notepad offsite onepager ops opinion outline pager paper paperwork paragraph pdf
        powerpoint ppt pptx prep preparation preread presentation proof purpose qbr record recap regulator rehearsal
        reply report reporting retro revop revops sake sanity scorekeeping screenshot section sentence shareholder
        showcase slideshow snippet soul speech stakeholder standup steerco steering summary summit superior supervisor
        task teammate text thesis thread todo topic townhall trainee treasurer vc verification viewpoint vp wbr
        whiteboard workday writeup actionnaire adjoint administrateur ag analyste apercu apprenti argumentaire
        assemblee assistante associe attestation auditeur blabla bouquin brouillon bureau camarade carnet certitude
        chef cheffe choix codir collaborateur collegue comex comite commentaire commissaire compilation comprehension
        conclusion conseil contexte controle controleur copie copil copine copain coup curiosite daf dafs debat
        debriefing dg dga directeur directrice diapo diapositive diffusion dircom dirco discours doute drh dsi ecran
        equipier extrait fondateur gazette gouvernance graphe idee info infos interro intervention investisseur laius
        logique machin manageur memoire mot note notice oeil panneau papier paragraphe parenthese patron patronne pdg
        pense pilotage piqure plaquette planche pote preambule precision propos question rapport recapitulatif
        redaction reflexion regard regulateur relecture responsables reu reunion revue rdv sceance seance soutenance
        stagiaire sujet superieur synthese topo tresorier truc urgence verif visio
    """,
}
# Kinds that may describe a part of the customers, and so do not go next to them: "flagged accounts".
DESCRIBING = frozenset(("english verb", "french verb", "irregular verb", "adjective"))

# A clause needs as many words: a shorter one may be a cut or a name.
_LEAST_WORDS = 4
# First words of a clause that says which customers, or what to do with them.
_OPENINGS = frozenset(
    """
    for of in at on by to from as like among with within without except excluding including only just but not and or nor
    per via since because if unless while which who whose whom that those these what how why where when can could than
    pour de du des d dans en a au aux chez avec sans sauf hors mais seulement uniquement parmi selon par sur et ou ni si
    qui que qu dont quand quel quelle quels quelles comment combien pourquoi peux pouvez ceux celles celui celle
    """.split()  # noqa: SIM905
)
# Words with which people speak about themselves; a word of the office is as good.
_SPEAKING = frozenset("i m me my myself am je j moi mon ma mes suis ai".split())  # noqa: SIM905
# Words that may make a clause matter: about others, wishes, topics, negations, and how a figure is computed.
_MATTERING = frozenset(
    """
    we us our ours they them their it its he she his her ones one those these that this who which whose
    want wants wanted need needs needed mean means like care cares use uses using count counts counting cover covers
    covering focus focused keep keeps ignore ignoring exclude excludes excluding include includes including interested
    interest interests ask asked asking talk talking speak speaking think thinking look looking after about mind view
    topic subject scope remit patch area territory zone turf client clients account accounts customer customers called
    named responsible charge handle handles own owns run runs manage manages sell sells selling book portfolio only
    not no never none nobody nothing without t n except but besides apart aside skip skipping strip stripping drop
    must should shall assume assumes treat treats basis adjusted weighted median average organic currency net of
    everything all double triple halve twice numbers number figures figure method definition denominator
    vertical line division department dept group business channel tier segment unit side market
    nous notre nos votre vos leur leurs ils elles il elle lui eux ceux celles celui celle ca cela on y
    veut veux voudrais vouloir besoin faut vise viser parle parler pense penser cherche chercher interesse occupe suit
    perimetre secteur portefeuille responsable gere gerer vends vend tete compte comptes tout toute toutes
    ne pas plus jamais aucun aucune rien sans sauf hors seulement uniquement juste doit dois doivent devons exclu exclut
    exclure enlever ecarter retirer traite traiter mesure mesurer calcule calculer pondere demande demander methode
    chiffres chiffre denominateur appelle nomme verticale
    """.split()  # noqa: SIM905
)
_BEING = frozenset(("just", "is", "are", "was", "were", "be", "am", "m"))
_ETRE = frozenset(("est", "sont", "suis", "etait", "etaient"))
# An unknown word after one of these is a verb.
_SUBJECTS = frozenset(("i", "je", "j"))
_AROUND = frozenset(("behind", "everywhere", "somewhere", "nowhere"))

_ENGLISH_ENDINGS = (
    ("s", ""),
    ("es", ""),
    ("es", "e"),
    ("ed", ""),
    ("ed", "e"),
    ("ing", ""),
    ("ing", "e"),
    ("ies", "y"),
    ("ied", "y"),
)
_FRENCH_ENDINGS = (
    *("e", "es", "ons", "ez", "ent", "er", "ee", "ees", "ant", "ais", "ait", "ions", "iez", "aient", "eons", "eant"),
    *("erai", "eras", "era", "erons", "erez", "eront", "erais", "erait", "erions", "eriez", "eraient"),
)


@cache
def _load_kinds() -> Mapping[str, str]:
    """Return word -> its kind."""
    return {word: kind for kind in reversed(tuple(_WORDS)) for word in _WORDS[kind].split()}


@lru_cache(maxsize=4096)
def find_kind(word: str) -> str:
    """Return the kind of an ordinary word in any of its forms; empty for another word."""
    kinds = _load_kinds()
    if word in kinds:
        return kinds[word]
    if any(kinds.get(base) == "english verb" for base in _list_english_bases(word)):
        return "english verb"
    if any(kinds.get(base) == "french verb" for base in _list_french_bases(word)):
        return "french verb"
    bare = word[:-1] if len(word) > 3 and word.endswith(("s", "x")) else word
    masculine = bare[:-1] if len(bare) > 4 and bare.endswith("e") else bare
    kind = kinds.get(bare) or kinds.get(masculine) or ""
    return kind if kind in {"adjective", "office"} else ""


def _list_english_bases(word: str) -> Iterator[str]:
    for ending, rest in _ENGLISH_ENDINGS:
        if word.endswith(ending):
            base = word[: -len(ending)]
            yield base + rest
            if ending in {"ed", "ing"} and base[-2:-1] == base[-1:]:
                # "prepping"
                yield base[:-1]


def _list_french_bases(word: str) -> Iterator[str]:
    return (f"{word[: -len(ending)]}er" for ending in _FRENCH_ENDINGS if word.endswith(ending))


def asks_nothing(words: Sequence[str], unknown: Sequence[str], *, is_first: bool) -> bool:
    """Tell whether a clause of ordinary and unknown words asks for nothing: "my manager is breathing down my neck".

    Args:
        words: its words, folded.
        unknown: the words that are not known, as typed.
        is_first: True where the first word is one of them, so that its capital says nothing.

    """
    if len(words) < _LEAST_WORDS or words[0] in _OPENINGS or not _MATTERING.isdisjoint(words):
        return False
    if _SPEAKING.isdisjoint(words) and not any(find_kind(word) == "office" for word in words):
        return False
    names = unknown[1:] if is_first else unknown
    if any(name[:1].isupper() for name in names):
        return False
    typed = {fold(part): part for text in unknown for part in text.split("-")}
    pairs = zip(["", *words[:-1]], words, strict=True)
    return all(_is_without_name(typed[word], before) for before, word in pairs if word in typed)


def _is_without_name(typed: str, before: str) -> bool:
    """Tell whether an unknown word is a verb, by the word before it, or says where; it names no customers."""
    if typed in _AROUND:
        return True
    if before in _BEING:
        return typed.endswith(("ing", "ed"))
    if before in _ETRE:
        return typed.endswith(("é", "ée", "és", "ées"))
    return before in _SUBJECTS or (find_kind(before) == "office" and typed.endswith(("ing", "ed", "s")))
