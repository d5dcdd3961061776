"""The phrases that the reader of sentences knows: rows of a meaning and the words for it, in English and French.

A row is one phrase a line, folded: no capitals, no accents, elisions as separate words ("l offre", "qu est ce").
`a/b` are words of which one is typed, and a word with `?` may be missing. A word also fits its plural and its
feminine. The longest phrase wins. A new phrase is a new line.
"""

from __future__ import annotations

from collections.abc import Mapping

# A figure that others say: its speaker and verb. A claim in a sentence, and passed over around a question.
CLAIMS = """
    the/our? finance/accounting/controlling/auditors/cfo/controller says/say/said/shows/show/showed
    the/our? finance/accounting/controlling/auditors/cfo/controller reports/report/reported/gives/gave
    the/our? finance/accounting/controlling/auditors/cfo/controller gets/get/got/finds/found/has/have
    the/our? board/deck/slides/vendor/tool/investors/spreadsheet says/say/said/shows/show/showed
    the/our? board/deck/slides/vendor/tool/investors/spreadsheet reports/report/reported/gives/gave
    the/our? board/deck/slides/vendor/tool/investors/spreadsheet gets/get/got/finds/found/has/have
    the/our? board deck/slides/pack/report says/say/said/shows/show/showed
    the/our? board deck/slides/pack/report reports/report/reported/gives/gave
    the/our? board deck/slides/pack/report gets/get/got/finds/found/has/have
    chartmogul/baremetrics/profitwell/chargebee/recurly/stripe/maxio says/say/said/shows/show/showed
    chartmogul/baremetrics/profitwell/chargebee/recurly/stripe/maxio reports/report/reported/gives/gave
    chartmogul/baremetrics/profitwell/chargebee/recurly/stripe/maxio gets/get/got/finds/found/has/have
    saasoptics/salesforce/hubspot/gainsight/paddle/looker/tableau says/say/said/shows/show/showed
    saasoptics/salesforce/hubspot/gainsight/paddle/looker/tableau reports/report/reported/gives/gave
    saasoptics/salesforce/hubspot/gainsight/paddle/looker/tableau gets/get/got/finds/found/has/have
    they/someone say/says/said/claim/claims
    la? finance/compta/comptabilite/direction dit/annonce/affiche/trouve/donne
    la? finance/compta/comptabilite/direction indique/sort/calcule/rapporte
    le? daf/cfo/board/deck/conseil/rapport/tableau dit/annonce/affiche/trouve/donne
    le? daf/cfo/board/deck/conseil/rapport/tableau indique/sort/calcule/rapporte
    le? board deck dit/annonce/affiche/trouve/donne
    le? board deck indique/sort/calcule/rapporte
    chartmogul/baremetrics/profitwell/chargebee/recurly/stripe/maxio dit/annonce/affiche/trouve/donne
    chartmogul/baremetrics/profitwell/chargebee/recurly/stripe/maxio indique/sort/calcule/rapporte
    salesforce/hubspot/gainsight/paddle/looker dit/annonce/affiche/trouve/donne
    salesforce/hubspot/gainsight/paddle/looker indique/sort/calcule/rapporte
    les? comptables/auditeurs/investisseurs/commissaires disent/annoncent/affichent/trouvent
"""


# What a sentence asks for. `compose` says how meanings together become a line of the grammar.
MEANINGS: Mapping[str, str] = {
    "nrr": """
        nett retention
        upsell/upsells/expansion included/incl
        upsell/upsells/expansion compris/compris/comprise/inclus/incluse
        including/with upsell/upsells/expansion
        upsells et downsells compris
        y compris upsell/upsells/expansion
        quel? niveau de retention nette
        quel? niveau de nrr
        net rev? retention
        net rev retention
        retention nete
        ret nette
        net ret
        nrr
        ndr
        net retention
        net revenue/dollar retention
        net dollar/revenue retention rate
        net mrr/arr retention
        retention net
        retention nette
        retention nette du? de? chiffre? revenu?
        retention du revenu net
        taux de retention net
        net
        nette
    """,
    "grr": """
        gros ret/retention
        gros rev/revenue retention
        quel? niveau de retention brute
        quel? niveau de grr
        gross rev retention
        gross $ retention
        ret brute
        gross ret
        grr
        gdr
        gross retention
        gross revenue/dollar retention
        gross dollar/revenue retention rate
        gross mrr/arr retention
        retention brut
        retention brute
        retention brute du? de? chiffre? revenu?
        taux de retention brut
        gross
        brut
        brute
    """,
    "notleft": """
        but/yet/and still? stayed/remained
        but are/were still here/customers
        but kept paying
        but did not/didn t leave/churn/cancel
        but haven t/didn t left/leave
        without leaving/churning/cancelling/canceling/quitting
        without actually leaving
        mais/et sont? restes/reste/restees
        mais sont toujours la
        mais n ont pas resilie
        mais ne sont pas partis
        sans partir/resilier
        sans nous quitter
        sans pour autant partir/resilier
    """,
    "pereuro": """
        how much is still with us
        is still with us
        how much is/was/of? it? left
        how much do we still have
        how much is/was still there
        how much remains/remained/survives/survived
        combien en reste/restait t il
        il en reste/restait combien
        combien il en reste/restait
        combien nous en reste t il
        combien en reste
        of/for/from/on each/every euro/dollar/pound we/you? had/billed/earned/invoiced/started?
        of/for/from/on each/every euro/dollar/pound of mrr/arr/revenue
        of/for/from/on each/every euro/dollar/pound
        out of each/every euro/dollar/pound
        sur/de/pour chaque euro/dollar qu on avait/facturait
        sur/de/pour chaque euro/dollar que nous avions/facturions
        sur/de/pour chaque euro/dollar de mrr/arr/revenu/revenus
        sur/de/pour chaque euro/dollar
        sur un euro/dollar
        mrr gagne pour chaque euro perdu
    """,
    "retention": """
        sont encore chez nous
        how many are still here/there/with us
        how many cents on the dollar/euro
        cents on the dollar/euro
        on garde/gardait/conserve/conservait combien de/du
        nous gardons/conservons combien de/du
        combien garde/conserve t on de/du
        combien gardons/conservons nous de/du
        how good/bad were/are we at keeping/retaining
        did we keep
        do we keep
        we kept
        restent fideles
        reste fidele
        restent ils fideles
        fidelise t on
        fidelise t on le mieux
        mieux retenu
        retenu
        conserve
        conservee
        conserves
        conservees
        tiennent
        tient mieux
        tient le mieux
        tiennent mieux
        tiennent elles
        tiennent ils
        at keeping
        good at keeping
        good were we at keeping
        stick
        sticks
        sticking
        font mieux
        fait mieux
        survived
        survive t il
        survives
        gardee
        gardees
        garde t on du revenu
        keep their money
        keep our customers money
        we keep
        hold onto
        holding onto
        held onto
        hang onto
        money we keep
        revenue keeps
        revenue stays
        stays
        stay
        renewal rate of revenue
        conservation
        conserve t on
        conservons
        conserver
        tenir nos clients
        garde nos clients
        garder nos clients
        garde t on
        on garde
        on conserve
        garder
        garde bien
        both ratios
        the ratios
        two ratios
        nrr and grr
        grr and nrr
        net and gross
        gross and net
        net et brut
        brut et net
        nette et brute
        brute et nette
        garde combien
        combien on garde
        combien garde
        combien gardons nous
        gardent
        retient
        retiennent
        retenons
        fideliser
        fidelisons
        net and gross retention
        ret
        revenue we kept
        revenue we keep
        how sticky
        sticky
        stickiness
        stickier
        loyal
        loyalty
        loyaute
        loyaux
        keeps its customers
        keep its customers
        retient le mieux
        garde le mieux
        garde ses clients
        garde le mieux ses clients
        gardent le mieux leurs clients
        retention
        retention rate
        revenue retention
        dollar retention
        taux de retention
        retention du revenu
        retention client
        fidelisation
        fidelite
        fidelise
        fidelisent
        how well do/did we hold/hang/held on to
        hold on to
        held on to
        holding on to
        hang on to
        how well do/did/are we keep/keeping/retain/retaining
        retain
        retained revenue
        retains
        retaining
        stick with us
        hold up
        holds up
        holding up
        held up
        keep our? customer/client
        keep the? customer/client
        combien garde t on
    """,
    "mrr": """
        facture/facturons/facturait combien en recurrent
        en recurrent
        recurrent mensuel
        mrr a date
        mrr a ce jour
        monthly recurring
        recurring monthly revenue
        recurring monthly
        revenu recurrent mensuel
        revenu mensuel recurrent
        ca recurrent mensuel
        ca mensuel recurrent
        chiffre d affaires recurrent mensuel
        chiffre d affaires mensuel recurrent
        encaissement mensuel recurrent
        mrr bridge
        bridge mrr
        encours mrr
        mrr en cours
        waterfall
        mrr waterfall
        net new mrr
        net new
        new mrr net
        mrr
        monthly recurring revenue
        recurring revenue
        monthly revenue
        revenu recurrent
        revenus mensuels
        chiffre d affaires recurrent
        ca recurrent
    """,
    "arr": """
        recurring revenue/income? annualised/annualized
        arr a date
        arr a ce jour
        annual recurring
        recurring annual revenue
        yearly recurring revenue
        yearly recurring
        revenu recurrent annuel
        revenu annuel recurrent
        ca recurrent annuel
        ca annuel recurrent
        chiffre d affaires recurrent annuel
        chiffre d affaires annuel recurrent
        mrr annualise/annualised/annualized
        annualised/annualized mrr
        mrr annuel
        annual mrr
        net new arr
        arr
        annual recurring revenue
        annual/yearly run rate
        annualized/annualised revenue
        annualized/annualised recurring revenue
        run rate
        rra
    """,
    "churn": """
        a cause des departs de? clients?
        a cause du churn
        because of churn
        due to churn
        due to churned/departed customers/accounts
        revenue churn
        churn revenue
        customer attrition
        revenue attrition
        net churn
        gross churn
        churn net
        churn brut
        churn rates
        taux de churn client
        churn
        churn rate
        churning
        attrition
        attrition rate
        taux d attrition
        taux de churn
        customer churn
        logo churn
        churn logo
        logo/account/customer-count retention
        logo retention rate
        retention of logos
        retention logo
        retention des/en logos
        retention en nombre de clients/comptes
        churn revenu
        churn client
        mrr churn
        churn mrr
        cancellation
        cancellation rate
        cancelation
        resiliation
        taux de resiliation
        taux de depart
    """,
    "left": """
        file/filer/filent/filait a l anglaise
        pris la tangente/porte
        pris le large
        pris la poudre d escampette
        passe/passent/parti/alle a/chez/vers la/le/un concurrence/concurrent
        nous ont fait faux bond
        nous a fait faux bond
        flew/flown the coop
        took/taken their business/custom elsewhere
        gone/went/jumped/moved/switched to a/the competitor/competition/rival
        voted with their feet
        hit the road
        took a hike
        upped sticks
        called it a day
        nous plaquait/quittait/lachait/laissait/abandonnait/quitterait/lacherait/plaquerait
        nous plaque/quitte/lache/abandonne
        disparait/disparaissait/disparaitrait/disparaissent/disparu
        vanish/vanished/vanishing
        disappear/disappeared/disappearing
        nous file/filent/filait/filaient entre les doigts
        bail/bails/bailed
        bailed/bail on us
        jumped/jump ship
        ont mis les voiles
        mis les voiles
        didn/don/haven/hasn t lose/lost anybody/anyone/any
        didn/haven t lose/lost anybody/anyone
        lose/lost anybody/anyone
        n/n a/ai/ont/avons perdu personne
        perdu personne
        walked off
        headed out
        headed for the exit
        signed off
        shut down their account
        cancelled/canceled their subscription/contract/account/plan
        cancelled/canceled on us
        cancelled/canceled with us
        ended their subscription/contract/relationship
        ditched us
        bailed on us
        parted ways
        part ways
        quit on us
        jumped
        switched away
        switched off
        went dark for good
        turned us off
        a claque la porte
        claquent la porte
        ont rompu
        rompent
        ont mis un terme
        mis un terme
        met fin
        mettent fin
        ont denonce
        denoncent leur contrat
        ont denonce leur contrat
        a denonce son contrat
        n ont pas resigne
        n a pas resigne
        n ont pas prolonge
        n a pas prolonge
        n ont pas poursuivi
        n a pas poursuivi
        ont tourne la page
        nous ont tourne le dos
        tourne le dos
        plie bagage
        ont plie bagage
        sont alles voir ailleurs
        est alle voir ailleurs
        parti ailleurs
        partis ailleurs
        partis voir ailleurs
        parti voir ailleurs
        vu partir
        vus partir
        on a vu partir
        avons vu partir
        personne n est parti
        personne n a resilie/quitte
        aucun depart
        aucune resiliation
        no one left
        nobody left
        nobody churned/cancelled/canceled
        no one churned/cancelled/canceled
        doesn/didn/don/wouldn/won/isn t renew/renewing
        does/did/do/would/will/may/might/should not renew
        ne renouvelle/renouvellent/renouvelait/renouvelaient pas
        n a/ont pas renouvele
        ne renouvellera/renouvelleront pas
        s en aille
        s en aillent
        parte
        resil
        resils
        resiliaient
        resiliait
        resil de contrat
        quittes
        quittait
        quittaient
        quittera
        quitteront
        partait
        partaient
        partira
        partiront
        decampe
        decampent
        se desengage
        se desengagent
        desengagement
        desengagements
        churn accounts
        comptes churn
        churn customers
        clients churn
        defections
        defection
        churnd
        evaporated
        bolted
        nous a laisse tomber
        nous ont laisses tomber
        laisse tomber
        laisses tomber
        ont laisse tomber
        n ont pas ete reconduits
        pas ete reconduits
        non reconduits
        non reconduit
        pas reconduits
        n ont pas ete renouveles
        leavers
        s est barre
        se sont tires
        se sont casses
        nous ont dit au revoir
        ont dit stop
        dit stop
        ont clos leur compte
        clos leur compte
        closed their account
        closed account
        shut their account
        no longer customers
        no longer customer
        no longer a customer
        no longer with us
        ne sont plus clients
        n est plus client
        plus clients
        non renouveles
        non renouvele
        non renouvellement
        non renouvellements
        lost customers
        lost accounts
        lost clients
        lost logos
        clients partis
        comptes partis
        comptes perdus
        logos perdus
        abandonne
        ont abandonne
        abandonnent
        deserte
        ont deserte
        desertent
        fuite
        la fuite
        hemorragie
        hemorrhage
        hemorrhaging
        bleed
        bled
        walks
        goes
        bye
        walked out
        walked out the door
        out the door
        jumped ship
        dropped us
        pulled the plug
        pulled out
        bailed
        stopped
        terminated their contract
        ended their contract
        gave notice
        gone away
        went elsewhere
        moved on
        departed
        departures
        departure
        exits
        exit
        exited
        lache
        lachent
        nous lachent
        nous lache
        nous ont lache
        lache nous
        claque la porte
        ont claque la porte
        plaque
        nous ont plaques
        se sont desabonnes
        ont stoppe
        ont arrete
        ont mis fin
        departs
        sorties
        sortie
        se barre
        se barrent
        se casse
        se cassent
        se tire
        degage
        s en vont
        s en va
        s en aller
        s en sont alles
        s en est alle
        left
        left us
        leave
        leaves
        leaving
        have left
        churned
        churned out
        churners
        cancelled
        canceled
        cancel
        walked
        walked away
        walk away
        walking away
        went away
        gone
        dropped out
        quit
        quitting
        terminated
        did not renew
        not renew
        didn t renew
        failed to renew
        stopped paying
        said goodbye
        defected
        parti
        partie
        partent
        partir
        sont partis
        ont quitte
        a quitte
        quitte
        quittent
        quitter
        nous ont quittes
        nous a quittes
        resilie
        resilient
        resilier
        ont resilie
        se sont barres
        barres
        n ont pas renouvele
        pas renouvele
        depart
        clients perdus
        perte de clients
        desabonne
        desabonnement
    """,
    "unclear": """
        have/has left to
        left to
        left on the table
        left behind
        left us with
    """,
    "lost": """
        logos/customers/accounts/clients did/have/do we drop/dropped/shed/lose/lost
        logos/customers/accounts/clients we dropped/shed/lost
        paume
        on a paume
        avons nous paume
        laisse filer
        laisses filer
        on a laisse filer
        slipped away
        slip away
        slipped through
        lost
        lose
        losing
        loss
        logo loss
        logos lost
        customer loss
        perdu
        perdue
        perd
        perdons
        perdre
        perte
        evapore
    """,
    "losses": """
        has/have cost us
        did/have/has they/it/that cost us
        losses
        lost us
        cost us
        pertes
        nous ont coute
    """,
    "shrank": """
        trade/traded/trading down
        bill/invoice/spend/mrr/subscription shrank/shrunk/fell/dropped/decreased
        bill/invoice/spend/subscription went/came/gone down
        bill/invoice got smaller
        a/la/leur/sa/dont la facture a baisse/diminue/fondu/rapetisse/decru
        facture a/ont baisse/diminue/fondu/rapetisse
        facture en baisse
        dont la facture baisse/diminue
        passe a/sur/vers/pour un/une plan/abonnement/contrat moins cher
        passe a/sur/vers/pour un/une offre/formule/forfait moins onereux/onereuse/complet
        passe a/sur/vers/pour un/une plan/abonnement/contrat moins onereux/onereuse/complet
        a/sur/vers/pour un/une offre/formule/forfait moins cher/onereux/onereuse/complet
        a/sur/vers/pour un/une plan/abonnement/contrat moins cher/onereux/onereuse/complet
        a/sur/vers/pour un/une offre/formule/forfait plus petit/leger/modeste/basique
        a/sur/vers/pour un/une plan/abonnement/contrat plus petit/leger/modeste/basique
        a/sur/vers/pour un/une offre/formule/forfait/plan inferieur/reduit
        sur du moins cher
        to/onto a cheaper/smaller/lower/lesser/reduced plan/tier/package/subscription/contract/offer
        to/onto cheaper/smaller/lower plans/tiers/packages
        moved/went/dropped/switched/stepped to/onto cheaper/smaller/lower plans/tiers/packages
        went/gone/moved/moving/switched cheaper/smaller
        rendu des sieges/licences/postes
        moins de sieges/licences/postes/utilisateurs
        reduit leur voilure/perimetre/usage
        reduced their scope/footprint
        on the cheap
        paying us less
        negotiated down/lower
        negocie/negocient a la baisse
        renegocie a la baisse
        downsold
        downsell/downsells/downselling
        reduit/reduisent/reduire sa/leur/leurs facture/factures
        a/ont reduit sa/leur facture
        cut/reduced their bill/bills
        reduced/lowered/trimmed their/its licences/licenses/users
        a/ont rendu des licences/sieges
        reduit/reduisent/reduire la voilure
        ont reduit la voilure
        a reduit la voilure
        ont leve le pied
        leve le pied
        revus a la baisse
        a revu a la baisse
        revoient a la baisse
        ont retrograde
        passes a l offre inferieure
        passes sur une offre inferieure
        dropped seats/licences/licenses/users
        removed seats/licences/licenses/users
        cut seats/licences/licenses/users
        gave back seats/licences
        fewer seats/licences/licenses
        moved/went/stepped down a plan/tier
        moved to a smaller/cheaper/lower plan/tier/package
        went down a plan/tier
        pay/paying/paid us? less than before
        paient/payent/paie moins qu avant
        a/ont baisse/reduit/diminue leur/son abonnement/forfait/offre/plan/depense/mrr
        a/ont baisse/reduit/diminue leurs/ses abonnements/forfaits/depenses/licences/sieges
        baisse/baissent/reduit/reduisent leur/son abonnement/forfait/offre/plan/depense
        cut/reduced/lowered/trimmed their/its spend/spending/subscription/plan/seats/contract
        cut down
        scale back/down
        sized down
        stepped down
        trimmed
        trim
        trimmed their subscription
        trimming
        slimmed
        slimmed down
        pared back
        pulled back
        tightened
        went smaller
        smaller contract
        less seats
        fewer seats
        baisse leur abo
        ont baisse leur abo
        baisse leur contrat
        ont baisse leur contrat
        reduit leur abo
        rogne
        ont rogne
        serre la vis
        fait des economies
        diminue leur abonnement
        ont diminue leur abonnement
        revu leur abonnement a la baisse
        retreci
        retrecissent
        reduisent
        reduisent leur abonnement
        diminuent
        baissent
        downgradent
        downgrades de
        downgrades du
        went down by
        mrr went down
        lowered
        lowered their plan
        moved to a smaller plan
        moved down
        dropped a tier
        dropped seats
        removed seats
        reduced their contract
        cut their spend
        cut spend
        are spending less
        spent less
        reduit leur abonnement
        ont reduit leur abonnement
        reduit leur contrat
        baisse leur abonnement
        ont baisse leur abonnement
        moins paye
        passes a une offre moins chere
        descendus en gamme
        descendu en gamme
        downgrade
        reductions
        diminutions
        ont revu a la baisse
        revu a la baisse
        downgrades
        downgraded
        downgrading
        downsell
        downsells
        downsized
        contraction
        contracted
        contracting
        shrank
        shrunk
        shrink
        shrinking
        reduced
        reduced their/its plan/spend/subscription/seats
        cut back
        cut seats
        pays/paying/pay less
        paid less
        spend/spent/spending less
        scaled back/down
        went down
        downgrader
        ont baisse
        a baisse
        ont reduit
        a reduit
        reduit
        ont diminue
        diminue
        paient/paie/payent moins
        depensent moins
        retrograde
        sont passes a une offre inferieure
    """,
    "grew": """
        trade/traded/trading up
        bill/invoice/spend/subscription grew/rose/increased/jumped
        bill/invoice/spend/subscription went/gone up
        bill/invoice got bigger
        facture a/ont augmente/grimpe/gonfle/monte
        dont la facture augmente/grimpe/gonfle/monte
        a/sur/vers/pour un/une offre/formule/forfait plus cher/gros/grosse/complet/riche
        a/sur/vers/pour un/une plan/abonnement/contrat plus cher/gros/grosse/complet/riche
        to/onto a bigger/larger/higher/pricier/dearer plan/tier/package/subscription/contract
        to/onto bigger/larger/higher/pricier plans/tiers/packages
        bought/buying/buy/purchased/ordered/took/taken/taking more/extra/additional
        bought/purchased/ordered/took more/extra from us
        bought more of us
        expanded their footprint
        negotiated up
        rachete/rachetent
        ont rachete
        ont commande plus
        pris/prend/prennent plus/davantage chez nous
        took/bought/added/spent/paid more than
        ont pris/ajoute/achete plus de
        grossi/grossie/grossis
        a/ont grossi
        bought/buying more/extra/additional seats/users/licences/licenses
        a/ont achete/pris/commande des licences/sieges
        a/ont achete/pris/commande plus de licences/sieges
        upped their spend/plan/mrr/contract
        increased their spend
        raised their spend
        grown their spend
        ont revu a la hausse
        revu a la hausse
        revus a la hausse
        a revu a la hausse
        ont etendu leur contrat
        ont elargi leur contrat
        elargi leur contrat
        passes a l offre superieure
        passe a l offre superieure
        moved/went/stepped up a plan/tier
        moved to a bigger/larger/higher plan/tier/package
        went up a plan/tier
        pay/paying/paid us? more than before
        paient/payent/paie plus qu avant
        paient/payent/paie davantage
        bought extra seats/licences/licenses
        ont ajoute des sieges/licences/utilisateurs
        ajoute des sieges/licences/utilisateurs
        a/ont augmente leur/son abonnement/forfait/offre/plan/depense/mrr
        a/ont augmente leurs/ses abonnements/forfaits/depenses/licences/sieges
        ont pris davantage/plus
        a pris davantage/plus
        ont achete davantage/plus
        prennent/achetent davantage/plus
        took/bought/added more
        stepped up
        pris +
        a pris +
        ont pris +
        took +
        pris plus
        a pris plus
        a pris plus de licences
        pris plus de licences
        plus de licences
        plus d options
        pris des options
        belles
        plus belles expansions
        belles expansions
        belle expansion
        grow most
        grew most
        grew the most
        ramped
        ramped up
        scaled up
        topped up
        beefed up
        doubled down
        added users
        added licences
        added licenses
        more seats
        plus de sieges
        augmentent
        augmentent leur abonnement
        grandissent
        montent en gamme
        upgradent
        se developpent
        s est developpe
        se sont developpes
        se sont etendus
        ont pris des sieges
        ont ajoute
        moved up
        moved to a bigger plan
        bigger plan
        bought seats
        extended
        extended their contract
        increased their contract
        are spending more
        took more
        upsell
        upselling
        expansions
        monter en gamme
        passes a une offre superieure
        ont etendu
        etendu leur contrat
        ont augmente leur abonnement
        augmente leur abonnement
        paye plus
        ont paye plus
        hausses
        grew
        grow
        grown
        growing
        growth
        expanded
        expansion
        expand
        expanding
        upsells
        upsold
        upgraded
        upgrades
        upgrade
        cross sell
        cross sells
        increased
        increased their/its plan/spend/subscription/seats
        bought more
        added seats
        spend/spent/spending more
        pay/pays/paying/paid more
        went up
        grandi
        ont grandi
        augmente
        ont augmente
        a augmente
        a augmente son abonnement
        monte en gamme
        montee en gamme
        progresse
        ont progresse
        ventes additionnelles
        ont pris plus
        paient plus
        ont achete plus
        developpe
        croissance
        hausse
    """,
    "joined": """
        net new customers/logos/accounts/clients
        nouveaux venus
        nouveau venu
        nouveaux entrants
        nouvel entrant
        fraichement arrives
        fraichement signe
        tout nouveaux
        tout juste signes
        tout juste arrives
        on a fait rentrer
        fait rentrer
        on a embarque
        onboardes
        onboarde
        nous ont choisi
        ont choisi de nous rejoindre
        came in
        came aboard
        came on
        brand new
        newly landed/won/acquired/onboarded/added
        first time customers/buyers
        started paying
        started with us
        start paying
        begun paying
        have just joined/signed
        just joined/signed
        fresh
        fresh accounts
        freshly signed
        newly signed
        newly
        newbies
        newcomers
        newcomer
        latest logos
        latest wins
        latest signings
        signings
        new signings
        new deals
        closed won
        rentres
        rentre
        entres
        entre en portefeuille
        petits nouveaux
        nouvelles recrues
        recrutes
        recrute
        fraichement signes
        derniers signes
        conquetes
        gains
        win
        wins
        winning
        did we win
        did we sign
        did we add
        added
        we added
        did we onboard
        were added
        new names
        fresh logos
        entrees
        nouvelles signatures
        signatures
        a t on gagne
        a t on signe
        ont rejoint
        new
        new logo
        new customer
        new client
        new account
        new business
        won
        won over
        joined
        joined us
        signed
        signed up
        signed with us
        signups
        acquired
        onboarded
        came on board
        come on board
        brought in
        landed
        nouveau
        nouveaux
        nouvel
        nouvelle
        nouveau client
        nouveau compte
        gagne
        gagnes
        signe
        signes
        arrive
        arrives
        rejoint
        nous ont rejoint
        conquis
        acquis
        conquete
    """,
    "returned": """
        came/come/coming crawling back
        recuperes/recuperees
        on a recupere
        avons nous? recupere
        qu on a recupere
        regagne/regagnee
        regagnes
        a t on regagne
        on a regagne
        clients/comptes recuperes/repris/retrouves/rattrapes/ressuscites/reactives
        ressuscite
        fait revenir
        reconquerir
        reconquete
        revenus au bercail
        revenus vers nous
        revenus parmi nous
        revient/reviennent chez nous
        sont revenus chez nous
        reabonne/reabonnee
        se sont reabonnes
        re abonnes
        regained
        reclaimed
        recaptured
        resurrected
        revived
        recovered customers/accounts/clients/logos
        customers/accounts/clients/logos recovered/regained
        rejoined
        resubscribed/resubscribe
        re subscribed/joined/activated/engaged
        signed back up
        came back to us
        come back to us
        coming back to us
        back with us again
        back from the dead
        back on board
        prodigal
        un churned
        unchurned
        came/come back to? us? after leaving
        returned after leaving
        revenus apres etre partis
        revenus apres avoir resilie
        anciens clients sont? revenus
        anciens clients qui sont revenus
        anciens clients reviennent
        former customers came/come back
        former customers who? returned
        revenus apres une resiliation
        apres une resiliation
        revenus apres un depart
        apres un depart
        apres resiliation
        revenus apres etre partis
        revenus apres avoir resilie
        came back after leaving
        came back after churning
        have come back
        did come back
        re signed
        resigned with us
        boomerang
        boomerangs
        returners
        sont de retour
        nous sont revenus
        qui sont revenus
        revenus
        came back
        come back
        coming back
        returned
        returning
        reactivated
        reactivation
        won back
        win back
        winback
        winbacks
        revenus chez nous
        sont revenus
        est revenu
        reactive
        reactives
        reconquis
        de retour
    """,
    "stayed": """
        stuck with us
        stuck
        stuck around
        stayed put
        hung on
        are with us still
        sont la
        toujours la
        toujours clients
        encore clients
        encore la
        kept
        stayed
        stayed with us
        retained
        still here
        still with us
        remained
        reste
        restes
        sont restes
        conserve
        conserves
        gardes
    """,
    "changed": """
        accounts that make up
        the accounts that make up
        qui composent
        who s behind
        who is behind
        whos behind
        behind mid market s
        qui est derriere
        ki est derriere
        qui se trouve derriere
        derriere
        accounts behind
        customers behind
        accounts behind the
        clients derriere
        comptes derriere
        make up
        accounts making up
        composent
        move
        moves
        change
        changes
        changement
        changements
        what changed
        qu est ce qui a change
        a change
        behind the figure/number
        behind this/that figure/number
        se cache derriere
        derriere le chiffre
        qui se cache derriere le chiffre
        what/which accounts moved
        moved
        changed
        movers
        biggest movers
        ont bouge
        bouge
        a bouge
        variations
    """,
    "behind": """
        detail/details par compte
        compte par compte
        account by account
        account level detail
        client/compte/logo par client/compte/logo
        customer/account/logo/client by customer/account/logo/client
        at account/customer/client level
        au niveau client/compte
        customers/accounts/clients/logos behind
        customers/accounts/clients/logos that/which make up
        clients/comptes derriere
        clients/comptes qui composent
    """,
    "who": """
        shortlist of?
        short list of?
        la short list
        names behind
        accounts behind
        customers behind
        comptes derriere
        clients derriere
        accounts that make up
        the accounts that make up
        qui composent
        list every
        kels
        kel
        kels clients
        kel client
        quels sont les
        quelles sont les
        ki
        ki est ce qui
        c qui
        c est qui qui
        c est lesquels
        tell me who
        who all
        anyone
        anybody
        someone
        somebody
        any customer
        any account
        quelqu un
        any of
        which ones
        which one
        each one
        name them
        names please
        noms svp
        les noms
        qui a
        qui ont
        whose
        a qui
        who
        who s
        whom
        who is
        who are
        who has
        who have
        which customer/account/client/logo/company
        which of our customer/account/client
        what customer/account/client/logo
        names of
        name the
        name of the
        list
        list of
        list the
        list all
        give me the list
        qui
        qui est ce qui
        qui sont
        quels/quel client/compte/logo
        quelles/quelle entreprise/societe
        liste
        liste des
        liste moi
        la liste
        noms
        nom des
        lesquels
        detail par compte
        account by account
        compte par compte
    """,
    "count": """
        facture/facturons combien
        combien facturons nous
        combien de moins
        combien en moins
        how much less
        how much down
        nous a/ont coute combien
        ca nous a/ont? coute combien
        a/ont coute combien
        coute combien
        combien nous a/ont coute
        combien ca nous a coute
        combien nous ont coute
        how much did we? lose/lost
        y en a/avait beaucoup/combien
        yen a beaucoup/combien
        y en a eu beaucoup/combien
        yen a eu beaucoup/combien
        how many paying
        cb
        cb de
        kombien
        cmbien
        how many of
        what number of
        count
        the count
        combien y a t il
        combien y en a
        combien il y a
        y a combien de
        ya combien de
        on a combien de
        y a t il
        a combien
        a quelle hauteur
        how much of
        quantum
        what volume of
        volume
        how many
        number of
        count of
        combien de
        combien d
        nombre de
        nombre d
        nb de
        how much
        what amount
        quel montant
        montant
        combien
        cmb de
        cmb
    """,
    "share": """
        weight
        poids de/du/des/d/relatif
        poids
        le/quel poids
        weight of
        weighting of
        quel est le poids
        pese/pesent combien/quoi
        pese t/pesent il/elle/ils
        represente/representent combien/quoi
        how much weight
        what weight
        quote part
        slice of
        what slice
        which slice
        percentage de/du/des/of
        on garde/gardait/conserve/conservait combien de/du
        nous gardons/conservons combien de/du
        combien garde/conserve t on de/du
        combien gardons/conservons nous de/du
        what part of
        what chunk of
        chunk of
        as a percentage
        as a percent
        in percent
        in percentage
        as a share
        en pourcentage
        en pct
        en part
        quel taux
        quel est le taux
        what rate
        at what rate
        part
        what/which percentage
        percentage
        what percent
        percent of
        what share
        share of
        what fraction
        what proportion
        proportion of
        % of
        quelle part
        quel pourcentage
        pourcentage
        quelle proportion
        part de
        part du
        rate
        taux
    """,
    "why": """
        who/what is/was/s? to blame for?
        to blame for?
        at fault for?
        a qui la faute
        la faute a qui/quoi
        c est la faute de/du/des? qui/quoi?
        a quoi doit/devons on/nous/t?
        a quoi on doit
        a quoi tient/tiennent
        a quoi est/sont du/due/dus
        a quoi c est du
        du/due/dus a quoi
        what do we owe
        thanks to what
        grace a quoi
        to what do we owe
        what accounts for
        what s eating/hurting/sinking/dragging
        qui plombe/plombent/grignote/grignotent/ronge/rongent
        qu est ce qui plombe/grignote/ronge/tire
        what sent/sends/pushed/pushes/dragged/drags/pulled/pulls/brought/brings/knocked/dented/dents
        what tanked/killed/kills/sank/sunk/hurt/wrecked/wrecks/spoiled/ruined/hit/drove/drives
        qu est ce qui a fait plonger/chuter/baisser/descendre/grimper/monter/remonter/bondir/bouger
        qu est ce qui fait plonger/chuter/baisser/descendre/grimper/monter/remonter/bondir/bouger
        ca/cela coince
        coince/coincent
        explik
        explik moi
        comment ca se fait que? qu?
        comment se fait il que? qu?
        what moved
        what s moved
        what has moved
        qu est ce qui a bouge
        qu est ce qui fait bouger
        qu est ce qui plombe/plombait
        qu est ce qui a plombe
        plombe/plombent/plombait
        tire/tirent vers le bas
        tire/tirent la retention/nrr/grr vers le bas
        tire/tirent la retention/nrr/grr vers le haut
        pulled/pulls/pulling it? down
        dragged/drags/dragging it? down
        weighing/weighs/weighed on
        behind the? drop/fall/dip/decline/slump/slide/increase/rise/jump
        root causes
        story behind
        what s the story behind
        qu est il arrive a/au
        d ou provient
        pour quelles raisons
        explain the drop/dip/fall/decline/change/increase/rise
        explique la baisse/chute/hausse
        expliquer la baisse/chute/hausse
        decortiquer/decortique
        qu est ce qui a joue
        ce qui a joue
        comprendre le resultat/chiffre
        comprendre ce resultat/chiffre
        comprendre pourquoi
        ca va mal
        va mal
        pourquoi ca va mal
        unpack
        unpack the
        comment ca se fait que
        comment se fait il que
        pourquoi diable
        causes de l erosion
        dig into
        dig
        drill into
        drill down into
        deep dive into
        d ou sort
        d ou sort ce
        d ou sortent
        comment s explique
        s explique
        dragged
        dragged down
        dragged it down
        what dragged
        cest koi le pb
        c koi le pb
        le pb
        pb
        pb avec
        koi le pb
        what ails
        ails
        behind the numbers
        what is behind
        behind that
        decroche
        pk le
        what on earth happened
        on earth happened
        why retention
        so badly
        badly
        mal
        si mal
        retain so badly
        cloche
        qui cloche
        kes qui cloche
        kes
        what made it
        what s dragging it
        whats dragging
        what brought
        brought down
        bring down
        brings down
        pulled down
        pulling down
        weighing on
        weighs on
        weigh on
        what s eating
        eating into
        eats into
        contributed
        contributing
        contributors
        contributors to
        contribution
        contributions
        moved the needle
        moved the needle on
        needle
        moteurs
        moteur de
        leviers
        facteurs
        facteur
        a l origine
        origine
        l origine de
        les causes
        causes
        qui explique
        comment expliquer
        eclaire moi
        eclairer
        decortique
        decortiquer
        analyse la baisse
        analyser la baisse
        decompose la baisse
        ki a fait bouger
        qui a fait bouger
        a fait bouger la retention
        whats behind
        what s behind
        the story
        the story behind
        story with
        what s the story
        what s the story with
        what explains
        explains
        what led to
        led to
        what made
        made
        what pushed
        what triggered
        triggered
        who or what
        what moved the needle
        why has
        why have
        why was
        why were
        reasons behind
        reason behind
        whats up with
        what s happening
        what is happening
        whats happening
        whats going on
        talk me through
        break down why
        qu est ce qui a fait bouger
        fait bouger
        a fait bouger
        a fait baisser
        fait baisser
        fait chuter
        a fait monter
        qu est ce qui tire
        qu est ce qui pese
        pese sur
        comment ca se fait
        comment se fait il
        comment expliques tu
        c quoi le pb
        ki a fait
        koi ki
        pkoi
        pourkoi
        pr quoi
        ce qui explique
        ce qui s est passe
        que s est il passe
        il s est passe quoi
        s est passe quoi
        s est il passe
        s est passe
        why
        why s
        why is
        why did
        how come
        what was behind
        what lies behind
        what s behind it
        behind it
        behind the drop/fall/decline/dip/change/rise/increase
        reason
        reasons for
        root cause
        what caused
        what s causing
        what is causing
        causes of
        cause
        caused
        what drove
        what drives
        what s driving
        what is driving
        driver
        drivers of
        drove
        drives
        driving
        what happened
        what happened to/with/in
        what went wrong
        what s going on
        what is going on
        what s wrong
        what s up with
        what s hurting
        what is hurting
        hurting
        what hurt
        dragging
        what s dragging
        what is dragging down?
        drags
        who drove
        walk me through
        explain
        explain me
        explanation
        make sense of
        understand why
        due to
        because of
        pourquoi
        pk
        pq
        prq
        a cause de quoi
        a quoi est due/du
        cause de
        raison
        raisons de
        pour quelle raison
        d ou vient
        d ou viennent
        qu est ce qui explique
        qu est ce qui s est passe
        qu est ce qui se passe
        qu est ce qui a fait
        qu est ce qui cloche
        qu est ce qui plombe
        que se passe t il
        kes ki
        kes ki se passe
        keski se passe
        explique
        expliquer
        explique moi
        explication
        expliquez
        ce qui a cause
        plombe
        tire vers le bas
        c est quoi le probleme
        c est quoi le souci
    """,
    "fell": """
        patine/patinent/patinait
        s essouffle/essoufflent
        pietine/pietinent
        fait/font du surplace
        marque/marquent le pas
        losing steam/ground
        stalled/stalls/stalling
        plongeon/plongee/effritement/glissade/trou
        trou d air
        passage a vide
        coup de mou
        coup de froid
        faux pas
        trou noir
        downturn/downtick/downswing/slippage/hiccup/wobble/setback/stumble/sag
        drop off
        fall off
        tail off/tailed off
        contre performance
        contreperformance
        mauvaise passe
        mauvais resultats/score/chiffre
        underperformance/underperformed/underperforming
        rough/bad/poor/weak/soft patch/showing/run/quarter/month/half/year
        trop bas/basse/faible/mauvais/mauvaise
        tres bas/basse/faible/mauvais/mauvaise
        too low/weak/poor/bad
        rather low/weak/poor/bad
        fell/falling/fallen/drop/dropped/dropping/went/gone off a/the cliff
        off a/the cliff
        took/taken/taking/takes a? nosedive/dive/tumble/hit/beating
        took/taken/taking/takes a? hammering/knock/plunge/dip/battering
        took/taken/taking/takes a turn for the worse
        nosedive/nosedived/nosediving
        nose dive/dived/diving
        went/gone/going/goes through the floor
        went/gone/going/goes down the drain/tubes/toilet/pan
        went/gone/going/goes to pot/hell
        went/gone/going/goes pear shaped
        went/gone/going/goes belly up
        went/gone/going/goes off the rails
        hit/hitting rock bottom
        hit/hitting a? low/bottom/wall
        fell/falling/fallen/falls apart/flat/short
        fell/falling/fallen/falls to pieces
        came/come/coming crashing? down
        tumble/tumbled/tumbling
        plummet/plummeted/plummeting
        nosedived
        tanking/tanks
        imploded/imploding/implode
        collapse/collapsed/collapsing
        sagged/sagging/sags
        soured
        gone south
        went south
        fared so? badly/poorly
        so poor/soft/disappointing/ugly/awful/terrible/rubbish
        took a hammering
        s est/sont casse/cassee la figure/gueule
        se casse/cassent la figure/gueule
        casse/cassee la figure/gueule
        s est/sont ramasse/ramassee
        se ramasse/ramassent
        s est/sont plante/plantee
        se plante/plantent
        s est/sont effondre/effondree
        s est/sont ecroule/ecroulee
        s ecroule/ecroulent
        s est/sont vautre/vautree
        s est/sont crashe/crashee
        s est/sont gaufre/gaufree
        s est/sont deteriore/deterioree
        s est pris/prend une claque/gamelle/gifle
        a pris une claque/gamelle/gifle/tasse
        pris une claque/gamelle/gifle
        a fait un? plongeon
        a pique du nez
        pique du nez
        piquent du nez
        part/partait/parti en vrille/sucette/cacahuete/live
        en vrille
        en chute libre
        en berne
        dans les choux
        fait grise mine
        broie du noir
        boit la tasse
        bu la tasse
        a bu la tasse
        touche/touchent le fond
        a touche le fond
        a degringole
        a flanche
        flanche/flanchent
        a sombre
        sombre/sombrent
        s est tasse/tassee
        se tasse/tassent
        a chute/baisse/recule/fondu
        fondu
        fond/fondent comme neige au soleil
        si decevant/nul/nulle/pourri
        pas terrible
        plombe/plombent
        tire vers le bas
        tire/tirent vers le bas
        on a regresse
        a t on regresse
        avons nous regresse
        did we regress
        erosion
        erode
        s erode
        devissent
        devisse
        devisser
        decroche
        a decroche
        went backwards
        dent
        hit
        dipping
        sinking
        sank
        shrinking
        tanked
        tank
        plunged
        crashed
        worsened
        got worse
        deteriorating
        en recul
        en chute
        plonge
        a plonge
        s est degrade
        s est deteriore
        deteriore
        s effondre
        effondre
        drop
        drops
        dropped
        dropping
        fall
        falls
        fell
        falling
        fallen
        decline
        declined
        declining
        dip
        dipped
        decrease
        decreased
        down
        lower
        so low
        so bad
        so weak
        bad
        low
        weak
        poor
        slump
        slide
        slid
        deteriorated
        deteriorate
        baisse
        baisse de
        la baisse
        en baisse
        chute
        chute de
        recul
        recule
        degringole
        degradation
        degrade
        si bas
        si basse
        si mauvais
        si faible
        mauvais
        faible
        descendu
        tombe
    """,
    "rose": """
        remontee/montee/envolee/bond/embellie/sursaut
        uptick/upturn/upswing/rally/surge/spike/rebound/recovery/bump
        went/gone/going/goes through the roof
        skyrocketed/skyrocketing/skyrocket
        took/taken/taking/takes off
        shot/shoot/shooting up
        soared/soaring/soar
        surged/surging/surge
        picked/picking/pick up
        perked up
        turned/turning the corner
        turned around
        ticked/ticking/inched/edged up
        s est/sont envole/envolee
        s envole/envolent
        a explose
        a bondi
        a grimpe/monte/remonte/progresse
        s est/sont repris/reprise
        reprend/reprennent du poil de la bete
        remonte la pente
        a remonte la pente
        improve
        improves
        improving
        progresse
        progressent
        on a progresse
        a t on progresse
        avons nous progresse
        nous avons progresse
        avons nous fait mieux
        on a fait mieux
        did we improve/progress
        have we improved/progressed
        bounce
        bounced
        bounced back
        recovered
        recovering
        recover
        rebound
        rebounded
        got better
        better now
        s est ameliore
        s est redresse
        redresse
        repart
        rebondi
        rebond
        rise
        rose
        rising
        risen
        jump
        jumped
        climb
        climbed
        increase
        improved
        improvement
        up
        higher
        so high
        so good
        ameliore
        amelioration
        grimpe
        monte
        remonte
        si haut
        si eleve
    """,
    "howis": """
        que vaut/valent
        combien vaut/valent
        que valait/valaient
        comment varie/varient
        comment se comporte/comportent
        ca se passe bien/comment/mal
        se passe t il bien
        se passent elles/ils bien
        ca roule avec
        how are things going with
        how are things with
        how is it going with
        how s business with
        all good with
        everything ok/okay/fine/good with
        tout va bien avec/chez
        tout se passe bien avec/chez
        say about
        said about
        how bad/good/strong/weak/healthy was/is/were/are
        how are we faring
        what s the state of
        where s
        where is
        give me a feel for
        a feel for
        get a feel for
        a sense of
        give me a sense of
        get a sense of
        in terms of numbers
        c est bon pour
        ca dit quoi
        ca raconte quoi
        ca ressemble a quoi
        a quoi ressemble/ressemblent
        what does look like
        ca se presente comment
        comment se presente
        comment se presentent
        any news
        any news from/of/on/about
        fare
        fares
        faring
        fared
        get on
        getting on
        gets on
        come along
        coming along
        hang in there
        hanging in there
        keep up
        keeping up
        keeps up
        look for
        looking for
        tracking for
        se debrouille
        se debrouillent
        tourne
        ca tourne
        roule
        ca roule
        avance
        avancent
        ca avance
        se comporte
        se comportent
        comportement
        behave
        behaves
        behaving
        behaviour
        w
        what s new with
        what s new at
        anything new on
        news on
        news about
        update on
        an update on
        any update on
        tell me about
        tell us about
        talk to me about
        talk about
        give me the lowdown on
        lowdown on
        rundown
        rundown on
        health of
        health check
        checkup
        check on
        check
        scoop on
        status
        c est comment
        ca se passe comment
        ca se passe
        se passe
        comment ca se passe
        ca donne
        donne quoi
        que donne
        que donnent
        qu en est il
        qu en est il de
        quid
        quid de
        quid du
        quid des
        parle moi de
        parlez moi de
        dis m en plus sur
        infos sur
        info sur
        fiche
        fiche client
        fiche de
        la fiche
        profil
        profile
        dossier
        vue sur
        zoom sur
        focus
        focus on
        focus sur
        deep dive
        s en sort t
        s en sortent
        s en sortent ils
        se portent ils
        se porte t
        ou on en est
        ou on en est avec
        on en est
        en est on
        va t
        vont ils
        lookin
        doin
        shape
        how is
        how s
        how are things
        how are we doing
        how is it going
        how s it going with
        how did
        how do
        doing
        doing ok
        doing well
        ok
        okay
        is ok
        healthy
        is fine
        fine
        in good shape
        how well
        comment va
        comment vont
        comment se porte
        comment se portent
        comment ca va
        ou en est
        ou en est on
        ou en sont
        ou en sommes nous
        on en est ou
        on en est a combien
        on est a combien
        ca donne quoi
        quoi de neuf
        des nouvelles de
        comment s en sort
        s en sort
        va bien
        tient bien
        tient
        where does
        where do
        where are we
        where are we on/with
        stand
        stands
        status of
        state of
        situation
        souci
        probleme
        issue
        problem
    """,
    "trend": """
        in/for/at each/every month/quarter of?
        each/every single month/quarter
        pour/a/sur chaque mois/trimestre de?
        va/vont/allait/part/evolue/evoluent t? il/elle/ils/on? dans le bon/mauvais sens
        va/vont/allait/part/evolue/evoluent dans le bon/mauvais/quel sens
        dans le bon/mauvais sens
        va/vont/prend dans? la bonne/mauvaise direction/pente/voie
        dans la bonne/mauvaise direction
        sur la bonne/mauvaise pente
        la bonne/mauvaise direction
        le bon/mauvais sens
        headed/heading/going/moving/trending the right/wrong way
        headed/heading/going/moving/trending in the right/wrong/which/what direction
        which/what way is/are
        which way
        improving or not
        s ameliore/ameliorent t? il/elle/ils/on?
        se degrade/degradent t? il/elle/ils/on?
        ca monte ou ca baisse/descend/chute
        ca monte ou pas
        ca s ameliore ou ca empire/baisse
        plutot a la hausse ou a la baisse
        a la hausse ou a la baisse
        de mieux en mieux
        de pire en pire
        de moins en moins bien
        better and better
        worse and worse
        month in month out
        at the? end of each/every month
        mois a mois
        d un mois a l autre
        au fil de l eau
        upward or a? downward path/trend
        downward or an? upward path/trend
        upward/downward/rising/falling path/trend
        on an upward or a? downward path/trend
        pente ascendante/descendante
        trajectoire
        grimpe ou ca s effrite
        ca grimpe ou ca s effrite
        ca grimpe ou ca baisse
        ca monte ou ca descend/baisse/s effrite
        every quarter
        for each quarter
        of each quarter
        chaque trimestre
        de chaque trimestre
        pour chaque trimestre
        annee par annee
        chaque annee
        a evolue
        evolution dans le temps
        quarter after quarter
        trimestre apres trimestre
        au fil des trimestres
        au fil de l annee
        as time goes by
        through the months
        through the year
        progression of
        courbe de retention
        courbe de la retention
        la courbe de retention
        climbing
        been climbing
        been rising
        been sliding
        progressent
        progressent ils
        progressent elles
        progresse
        grimpe t il
        grimpe t elle
        dans le temps
        has moved
        has moved for
        month after month
        mois apres mois
        quarterly
        il monte ou il descend
        elle monte ou elle descend
        monte ou il descend
        monte ou elle descend
        descend
        bleeding
        slowly bleeding
        slowly
        slipping
        is slipping
        slip
        sliding
        getting stronger
        getting weaker
        stronger
        weaker
        creeping
        creeping up
        creeping down
        holding steady
        steady
        stable
        flat lining
        flatlining
        plateau
        plateauing
        stagnating
        stagne
        stagnent
        stagner
        se maintient
        stable ou pas
        last months
        the last months
        over the last months
        derniers mois
        les derniers mois
        ces mois ci
        developing
        been developing
        developed
        develops
        progresser
        en progression
        en hausse ou en baisse
        monte ou baisse
        monte ou descend
        baisse ou monte
        up or down
        down or up
        rising or falling
        growing or shrinking
        month to date trend
        chronologie
        chronologique
        retrospective
        retrospectivement
        lately
        recently
        of late
        been doing
        has been doing
        have been doing
        been improving
        been falling
        been dropping
        been going
        been trending
        has it been
        progressing
        progressed
        evolving
        going in the right direction
        right direction
        wrong direction
        going well or not
        month on month
        monthly retention
        monthly nrr
        monthly grr
        nrr by month
        grr by month
        retention by month
        time series
        year by year
        over the months
        over the quarters
        quarter by quarter
        by quarter
        per quarter
        each quarter
        development of
        change over time
        changed over time
        how has changed
        ces derniers temps
        derniers temps
        ces derniers mois
        recemment
        dernierement
        trimestre par trimestre
        par trimestre
        mensuellement
        courbe de
        la courbe
        l historique
        evolue t elle
        evolue t il
        evoluent ils
        est en train de
        s arrange
        s arrange t
        empire
        ca s arrange
        on progresse
        progresse t on
        la pente
        pente
        dynamique
        la dynamique
        trend
        trends
        trending
        trendline
        evolution
        evolve
        evolved
        over time
        month by month
        month over month
        mom
        month to month
        per month
        by month
        each month
        every month
        monthly evolution/trend/view/series
        history of
        history
        historical
        trajectory
        progression
        progress
        development
        getting better
        getting worse
        getting better or worse
        better or worse
        improving
        improving or worsening
        worsening
        going up or down
        curve
        chart
        graph
        plot
        timeline
        moving
        heading
        which direction
        direction
        changed over
        tendance
        evolue
        evoluent
        evoluer
        evolution de
        comment a evolue
        historique
        mois par mois
        par mois
        chaque mois
        au fil du temps
        au fil des mois
        trajectoire
        courbe
        graphique
        s ameliore
        s ameliore t
        se degrade
        se degrade t
        ca s ameliore
        ca monte ou ca descend
        dans quel sens
    """,
    "cohorts": """
        signe/signee a/en/sur quel/quelle trimestre/annee/mois
        arrive/acquis/acquise a/en/sur quel/quelle trimestre/annee/mois
        rentre/entre/recrute a/en/sur quel/quelle trimestre/annee/mois
        recrutes/venu/gagne a/en/sur quel/quelle trimestre/annee/mois
        signe/arrive/acquis/rentre quel/quelle trimestre/annee/mois
        entre/recrute/venu/gagne quel/quelle trimestre/annee/mois
        de quel/quelle trimestre/annee/promo/promotion/millesime/vintage/generation/cuvee
        quel/quelle promo/promotion/millesime/vintage/generation/cuvee
        par promo/promotion/millesime/vintage/generation/cuvee
        quel trimestre de signature/acquisition/arrivee
        trimestre/annee/mois de signature/acquisition/arrivee
        par date/trimestre/annee/mois de signature/acquisition/arrivee/souscription
        selon leur/la/l date/trimestre/annee/mois de signature/acquisition/arrivee/souscription
        signed/joined/acquired/landed/won/onboarded in/during which/what quarter/year/month
        signed/joined/acquired/landed/started/onboarded in/during different/various quarters/years
        signes/arrives/acquis/entres en/a/dans des annees/trimestres differentes/differents
        arrives/signes/entres a des annees differentes
        signed/joined/acquired/landed/won/onboarded which/what quarter/year/month
        from which/what quarter/year/vintage/cohort/class/intake
        which/what vintage/cohort/class/intake
        which/what signup/acquisition/signing/joining/start/starting quarter/year
        by signup/acquisition/signing/joining/start/starting/onboarding quarter/year/month/date
        by vintage/class/intake/generation
        which quarter s signups/customers/intake/class
        quarterly/yearly intake/intakes
        each quarterly/yearly intake
        intake/intakes
        decay/decayed/decays
        vintage/vintages
        millesime/millesimes
        promotion de clients/promotions de clients
        selon/par leur? trimestre/mois/annee de signature/arrivee/souscription
        selon/par leur? date de signature/arrivee/souscription/debut
        signed in each quarter/year/month
        signed each/every quarter/year/month
        we signed in each/every quarter/year/month
        we sign/signed/acquired/won/onboarded each/every quarter/year/month
        we signed/acquired/won/onboarded in each/every quarter/year/month
        won/acquired/onboarded in each/every quarter/year/month
        customers from each/every quarter/year/month
        signes chaque trimestre/annee/mois
        signes a? chaque trimestre/annee/mois
        par date/trimestre/annee/mois d entree/arrivee/acquisition/signature
        arrives chaque trimestre/annee
        by sign/signing quarter/year/date
        by signing cohort
        by start quarter/year/month/date
        le plus longtemps
        reste le plus longtemps
        restent le plus longtemps
        longest
        stay longest
        stays longest
        last longest
        acquired in different quarters age
        different quarters age
        acquired in different quarters
        vieillissent
        vieillit
        acquired in different years
        par annee d entree
        older ones
        newer cohorts
        older cohorts
        cohortes recentes
        cohortes anciennes
        older
        recent cohorts
        cohorts churn
        cohortes churn
        churn by cohort
        churn par cohorte
        retention by cohort
        trimestrielle
        trimestrielles
        trimestriel
        trimestriels
        cohorte trimestrielle
        cohortes trimestrielles
        quarterly cohorts
        cohorts by quarter
        cohort by quarter
        par trimestre de signature
        acquired in each quarter
        acquired in each
        acquired each
        acquired by quarter
        acquisition cohort
        acquisition cohorts
        matrice de cohortes
        matrice
        cohortes d acquisition
        signature cohorts
        joined in each
        who joined each
        each generation
        by year of acquisition
        year they joined
        year of joining
        the year they signed
        by join date
        join date
        date d arrivee
        annee d entree
        par annee d arrivee
        par trimestre d arrivee
        classes
        class of
        promo
        promos
        promotions
        survival
        survival curve
        survival curves
        courbe de survie
        courbes de survie
        survie
        cohorte d arrivee
        par cohorte
        par cohorte d arrivee
        cohort
        cohorts
        cohorte
        cohortes
        cohort analysis
        cohort table
        vintage
        vintages
        retention curve
        retention curves
        signup quarter/year/month
        sign up quarter/year/month
        signup
        year of signup
        by signup date
        by start date
        acquisition quarter/year
        millesime
        millesimes
        generation
        generations
        courbes de retention
        annee d arrivee
        annee de signature
        annee d acquisition
        trimestre d arrivee
        trimestre d acquisition
        par generation
        triangle
    """,
    "mix": """
        mix
        mix effect/effects/shift
        segment mix
        mix or rate
        rate or mix
        is it mix or rate
        is it rate or mix
        which segment/segments moved/drove/explains/explain/caused/dragged/lifted the?
        what segment/segments moved/drove/explains/explain/caused/dragged/lifted the?
        which segment/segments is/are responsible for the?
        effet mix
        effet de mix
        mix ou taux
        taux ou mix
        quel/quels segment/segments explique/expliquent la?
        quel/quels segment/segments explique/expliquent le?
        quel/quels segment/segments explique/expliquent l
        quel/quels segment/segments tire/tirent le?
    """,
    "quickratio": """
        quick ratio
        quickratio
        saas quick ratio
        quick ratio saas
        mrr gained for each/every unit/euro/dollar lost
    """,
    "concentration": """
        concentration
        revenue/customer/account/mrr concentration
        how concentrated is/are
        concentration du/des/de? revenu/revenus/clients/client/mrr
        poids des plus grands/gros clients/comptes
        share of the top 10/ten accounts/customers/clients
        dependance aux grands/gros clients/comptes
    """,
    "renewalrate": """
        renewal/renewals rate/rates
        renewalrate
        gross renewal rate
        rate of renewal/renewals
        taux de renouvellement
        taux de renouvellement des contrats
        retention of what was due
    """,
    "pricevolume": """
        of? our? expansion/upsell/growth is/are/was/were price/pricing/prices/seats/volume
        of? our? expansion/upsell/growth is/are/was/were just/only/mostly/really price/pricing/prices
        expansion/upsell/growth comes/came/coming? from price/pricing/prices/seats/volume
        price driven
        driven by price/pricing/prices/volume/seats
        de? l? expansion est/etait du prix/volume
        price or new? seats
        pricevolume
        price volume
        price/volume effect/effects
        price and/or/versus/vs/against volume
        volume or price
        price volume split/bridge/analysis/effect
        price increase/increases/rise/rises
        is/are/was/were price increase/increases
        come/comes/came/coming? from price increase/increases/rise/rises
        come/comes/came/coming? from price/prices
        come/comes/came/coming? from price or volume/seats
        new? seats versus/vs/against price/prices
        price/prices versus/vs/against seats
        seats and price
        volume versus/vs/against price
        of? our? expansion is/are/was/were price increase/increases
        price effect or volume effect
        seats or price
        price or seats
        by seats or price
        prix volume
        prix ou/et/contre volume
        effet prix
        effet volume
        effet prix ou? volume
        effet prix et? volume
        effets prix et volume
        effet prix ou effet volume
        hausse/hausses/augmentation/augmentations de/des prix
        vient/viennent/provient/proviennent de/des? l? hausse/hausses/augmentation/augmentations de/des prix/tarifs
        vient/viennent/venait/provient/proviennent du prix ou du volume
        vient/viennent/venait/provient/proviennent du prix
        hausse/hausses/augmentation/augmentations de/des tarif/tarifs
        prix ou sieges/licences/utilisateurs
        sieges/licences/utilisateurs ou prix
        volume ou prix
        expansion apart
        take/taking/took expansion apart
        decompose/decomposer/decomposition l? de? l? expansion
        expansion decomposee
        split of expansion
        what is/are our? expansion made of
        de quoi est faite/composee notre? l? expansion
    """,
    "survival": """
        survival
        survival curve/curves/rate/analysis
        survie
        courbe/courbes/taux/analyse de survie
        how long do our? customers/accounts/clients stay
        customer lifetime
        duree de vie des clients
        combien de temps restent les/nos clients
    """,
    "methods": """
        mode/methode/facon/maniere/formule de calcul
        selon/avec/dans/suivant/par chaque/toutes/tous les? mode/methode de? calcul?
        selon/avec/dans/suivant/par les/nos/differents les? mode/methode de? calcul?
        under/with/by/using every/each/all the? methodology/methodologies/method
        under/with/by/using every/each/all the? approach/definition
        every/each/all/three the? methodology/methodologies/approach
        all three/3 methodologies/ways/methods/approaches
        all the ways of? computing/calculating
        les trois/3 calculs/methodes/approches
        toutes les approches
        chaque approche
        toutes? les? facons/manieres de calculer
        facons/manieres de calculer
        the/les three/trois/3? nrr/grr/retention? calculation/calcul? methods/ways/methodes/definitions
        same under every method
        cohort compounded and movements
        cohort movements and compounded
        depending on the? calc/calculation/computation? method/formula/approach
        change depending on the? calc/calculation/computation? method/formula/approach
        every/each way of computing/calculating/measuring
        all the? ways of computing/calculating/measuring
        all methods of computing/calculating
        selon la methode choisie/retenue/utilisee/employee
        en fonction de la methode
        d une methode a l autre
        from one method to another/the other
        according to the? method/formula
        by each formula
        change with the method
        changes with the method
        depend on the method
        depends on the method
        under each method
        every method
        under every method
        three nrr methods
        the three nrr methods
        three methods
        how different are the
        how different
        three ways of computing nrr
        ways of computing nrr for
        all three ways of computing
        three ways of computing
        all three ways
        does the method change
        method change
        change the result
        la methode change
        change le resultat
        ways of computing nrr
        variants
        variant
        variantes
        variante
        another formula
        other formula
        other formulas
        formulas
        all the variants
        movements
        mouvements
        each give
        what does each give
        different formula
        autre formule
        autres formules
        toutes les formules
        chaque formule
        toutes les variantes
        les variantes
        selon chaque methode
        composee
        compounding
        approaches
        approach
        approche
        approches
        ways of computing
        ways of calculating
        ways to compute
        ways to calculate
        different ways
        different ways of computing
        ways of computing retention
        calculation methods
        computation methods
        each calculation method
        each way
        every calculation
        way of computing
        methods compared
        methodologies
        methodology
        selon la methode
        selon les methodes
        toutes les facons
        facons de calculer
        manieres de calculer
        differentes methodes
        les differentes methodes
        methodes de calcul
        other methods
        movements method
        par methode
        par methode de calcul
        par chaque methode
        agree
        disagree
        d accord entre elles
        method
        methods
        methode
        methodes
        calculation method
        all calculation methods
        all methods
        different methods
        3 methods
        three ways
        3 ways
        other ways to compute
        each method
        by each method
        methode de calcul
        les trois methodes
        les 3 methodes
        trois facons
        toutes les methodes
        cohort vs movements
        cohort versus movements
        movement method
        compounded
        compounded method
    """,
    "reconcile": """
        why don t we match
        don t/doesn t/do not/does not match
        yours/ours differs/differ
        your/our figure/number differs
        pas vous pourquoi
        explain the gap
        pas pareil que vous
        tu ne trouves pas pareil
        vous n avez pas pareil
        where does the gap come from
        d ou vient l ecart
        reconcile
        reconciles
        reconciled
        reconciling
        reconciliation
        rapproche
        rapproches
        rapprocher
        rapprochement
        reconcilier
        reconcilie
        why do/does/did we differ
        why do/does the? figures/numbers differ
        which definition gives
        which definition is
        what definition gives
        quelle definition donne
        pourquoi ne tombons nous pas d accord
    """,
    "claimed": CLAIMS,
    "signs": """
        which/what warning? signs really? predict/predicts churn
        really predict
        predict/predicts churn
        which signs predict
        signes annonciateurs
        signaux qui annoncent
        signs
        signaux
        which/what signals/signs predict churn?
        which/what signals/signs predict losses
        which/what signals/signs predict who leaves
        which/what signals/signs announce churn
        which/what signals/signs work
        do/did the/our/these? signals/signs work
        do/did the/our/these? signals/signs predict churn?
        are the/our/these? signals/signs reliable
        reliable signals/signs
        test of? the? signals/signs
        tested signals/signs
        lift of? the? signals/signs
        quels signes/signaux predisent les departs
        quels signes/signaux predisent le? churn?
        quels signes/signaux annoncent les departs
        quels signes/signaux annoncent le? churn?
        quels signes/signaux sont fiables
        quels signes/signaux fonctionnent
        les/nos signes/signaux sont ils fiables
        les/nos signes/signaux fonctionnent ils
        les/nos signes/signaux marchent ils
        est ce que les/nos signes/signaux fonctionnent
        est ce que les/nos signes/signaux marchent
        signes testes
        signaux testes
        fiabilite des signes/signaux
    """,
    "risks": """
        devrait/devrais/doit/dois/faut on/je/il appeler/rappeler/contacter/relancer
        avant qu il/ils/elle/on ne? parte/partent/resilie/resilient
        avant qu il/ils/elle/on ne? s en aille/aillent
        before they/he/she/it leave/churn/go/goes/cancel/walk
        who should we ring/phone/visit
        a deux/2 doigts de? partir/resilier/lacher/quitter/nous?
        a deux doigts de nous? quitter/lacher/laisser
        on the verge of leaving/churning/cancelling/canceling/quitting
        sur le point de nous? quitter/lacher
        smell/smelling fishy/funny/off/bad/rotten/trouble
        look/looking dodgy/shaky/wobbly/iffy/sketchy/fragile/rocky
        feel off/wobbly/shaky
        hanging/hang by a thread
        on the rocks
        on shaky/rocky ground
        one foot out the? of? door
        with one foot out the? of? door
        a foot out the door
        in hot water
        in the red zone
        drifting away
        sent/sentent le roussi/mauvais/sapin
        sent/sentent pas bon
        ca sent le roussi/mauvais/sapin
        ca sent pas bon
        filent/file un mauvais coton
        sur un siege ejectable
        sur siege ejectable
        un pied dehors
        ont un pied dehors
        sur le fil
        ne tiennent qu a un fil
        tiennent/tient a un fil
        tiennent qu a un fil
        le feu chez
        a le feu
        y a le feu
        il y a le feu
        y a le feu chez
        ou ca brule/chauffe/coince/craint
        ca brule/chauffe/coince/craint/sent
        ca chauffe/brule/coince/craint
        brulent/chauffent
        branlant/bancal/bancaux
        sur la pente glissante
        sur une pente glissante
        tangue/tanguent
        en train de nous filer entre les doigts
        a cocooner/chouchouter/rassurer/recontacter/relancer
        worth a call/visit
        most/more likely to lose
        likely to lose
        we re most likely to lose
        alertes churn a venir
        alertes a venir
        churn a venir
        departs a venir
        susceptibles de partir/resilier
        might/may/could/will leave/churn/quit us? next
        leave/leaving/churn us? next
        risque/risquent/risquerait/risqueraient de nous? lacher/quitter/partir/resilier/laisser/plaquer
        endangered
        the? most endangered
        usage is/has? down/dropping/dropped/falling/declining/fallen
        l? usage baisse/chute/diminue/recule
        baisse/chute d usage
        utilise/utilisent moins le produit
        uses/use us less
        sur la sellette
        is? threatening/threatens to leave/quit/cancel/churn
        menace de nous quitter
        danger zone
        in the danger zone
        on the brink
        on the edge
        close to leaving/churning/cancelling/canceling
        about to churn/leave/cancel/quit
        likely to churn/leave/cancel/quit
        could churn/leave/cancel
        might churn/leave/cancel
        may churn/leave/cancel
        thinking of leaving/cancelling/canceling
        keep/keeping an eye on
        need attention/saving/rescuing/care
        need some attention/love/care
        to worry about
        should worry about/us
        fires to put out
        en zone rouge
        zone rouge
        dans la zone rouge
        zone de danger
        au bord du depart
        au bord de la rupture
        prets a partir/resilier
        pret a partir/resilier
        susceptibles de partir/resilier
        risquent de partir/resilier/nous quitter
        risque de partir/resilier
        pourraient partir/resilier/nous quitter
        pourrait partir/resilier/nous quitter
        menacent de partir/resilier
        menace de partir/resilier
        envisagent de partir/resilier
        a choyer
        a surveiller de pres
        a ne pas lacher
        a bichonner
        sous surveillance
        font peur
        nous inquietent
        mal en point
        chancelant
        battent de l aile
        bat de l aile
        signaux inquietants/alarmants
        worrying/warning/alarming signs/signals
        pas solide
        de pas solide
        qui de pas solide
        pas stable
        save first
        should we save
        should we save first
        to save first
        dois je m inquieter
        m inquieter
        s inquieter
        inquieter pour
        might bolt
        bolt
        could bolt
        instables
        instable
        unstable
        jumpy
        restless
        twitchy
        a la limite
        sur la corde raide
        might churn next
        could we lose next
        could lose next
        lose next
        churn next
        showing warning signs
        warning signs showing
        most worrying
        worrying accounts
        the most worrying
        les plus inquietants
        plus inquietants
        exposes
        les plus exposes
        plus exposes
        comptes exposes
        might leave next
        leave next
        next to leave
        next to churn
        prochains a partir
        prochain a partir
        accts at risk
        riskiest
        most at risk
        more at risk
        called first
        be called first
        should be called first
        call now
        who to call
        whom to call
        who should we call
        who should i call
        qui appeler
        qui faut il appeler
        qui doit on appeler
        appeler en priorite
        rappeler en priorite
        en priorite
        priority calls
        save list
        accounts to save
        rescue
        to rescue
        les plus a risque
        plus a risque
        plus risques
        les plus risques
        risquees
        douteux
        douteuses
        shakiest
        scary
        scare
        scares
        scares you
        worries
        worries you
        worrisome
        concerning accounts
        concerned about
        concern
        concerns
        about to go
        about to quit
        about to bail
        about to walk
        thinking of leaving
        thinking about leaving
        considering leaving
        want to leave
        wants to leave
        veulent partir
        veut partir
        veulent resilier
        pensent a partir
        songent a partir
        cold
        gone cold
        gone quiet
        quiet
        silent
        silencieux
        inactifs
        inactif
        decrochent
        decrochage
        en decrochage
        attention
        au bord
        au bord du churn
        au bord de la resiliation
        sur le depart
        most likely to churn
        most likely to leave
        churn risk
        churn risks
        risk of churn
        risk of churning
        flight risk
        flight risks
        leaving soon
        leave soon
        leave us soon
        leaving us soon
        going south
        on thin ice
        in jeopardy
        jeopardy
        exposed
        accounts to watch
        to watch
        should i watch
        should we watch
        watch out for
        keep me up at night
        lose sleep over
        should i worry about
        should we worry about
        need help
        needs help
        needs love
        need love
        sos
        struggling
        unhappy
        dissatisfied
        disengaged
        not using
        barely using
        low usage
        low adoption
        red accounts
        risque de nous quitter
        risquent de nous quitter
        susceptibles de partir
        susceptibles de resilier
        susceptible de partir
        qui risquent de partir
        prets a partir
        pret a partir
        s appretent a partir
        s apprete a partir
        envisagent de partir
        nous lacher
        vont nous lacher
        vont nous quitter
        vont partir
        va resilier
        vont resilier
        en risque
        fragilises
        qui vacillent
        vacille
        vacillent
        mecontents
        insatisfaits
        a rappeler
        a appeler en premier
        qui m inquietent
        qui nous inquietent
        qui sentent mauvais
        clients a sauver
        a sauver
        risque de perdre
        qu on risque de perdre
        on risque de perdre
        alertes churn
        desengages
        risk
        risks
        at risk
        at risk customers
        risky
        in danger
        endangered
        danger
        about to leave
        about to churn
        about to cancel
        likely to leave
        likely to churn
        likely to cancel
        might leave
        might churn
        may leave
        may churn
        could leave
        could churn
        could lose
        might lose
        going to leave
        going to churn
        will leave
        will churn
        shaky
        unhealthy
        red flags
        red flag
        warning sign
        warning signs
        worrying
        worry about
        worried about
        worry
        keep an eye on
        watch list
        watchlist
        vulnerable
        fragile
        wobbly
        on the fence
        in trouble
        weak signals
        early warning
        need attention
        needs attention
        need saving
        to save
        should we call
        should i call
        call first
        a risque
        risque
        risques
        risque de partir
        risquent de partir
        risque de churn
        menaces
        menace
        en danger
        en peril
        sur le point de partir
        sur le point de resilier
        pourrait partir
        pourraient partir
        va partir
        va nous quitter
        signaux faibles
        signal faible
        signaux d alerte
        alerte
        alertes
        inquietant
        inquietants
        inquietent
        inquieter
        fragiles
        a surveiller
        surveiller
        a appeler
        en difficulte
        chancelants
    """,
    "opportunities": """
        where s/is the upside
        upside in/for/at/with
        mur/murs/mure/mures/pret/prets/prete/pretes pour/a grandir/grossir/croitre
        ready/up for more/extra/additional seats/users/licences/licenses/quota/capacity
        need/needs/needing/want/wants/wanting more/extra/additional seats/users/licences/licenses/quota/capacity
        could/might/would need/want/use more/extra/additional seats/users/licences/licenses/quota/capacity
        short on/of seats/users/licences/licenses/quota/capacity
        low on seats/licences/licenses/quota
        has/have used up all? their/its? seats/licences/licenses/quota
        used up all? their/its? seats/licences/licenses/quota
        a/ont besoin de plus de licences/sieges/utilisateurs/quota/capacite
        besoin de plus de? licences/sieges/utilisateurs/quota/capacite
        manque/manquent de licences/sieges/quota
        pousser de? l? upsell
        ou/peut on pousser de l upsell
        peut on pousser de? l? upsell
        a faire monter
        a faire monter en gamme
        pret a upgrader
        prets a upgrader
        qui pourrait upgrader
        on peut upgrader
        upsellable
        upsellables
        upgradable
        could be upsold
        room to expand
        room to upsell
        could pay more
        could spend more
        could use more
        due an upgrade
        due for an upgrade
        qui pourrait/pourraient passer a l offre superieure
        pourrait/pourraient passer a l offre superieure
        passer a l offre superieure
        passer au plan superieur
        passer sur une offre superieure
        bumping into their limits
        ready for a bigger/larger/higher plan/package/tier
        bumping against their limits
        outgrown their plan
        outgrowing their plan
        outgrow their plan
        could we upsell
        can we upsell
        could upsell
        can upsell
        to upsell
        who to upsell
        whom to upsell
        who can we upsell
        upsell to
        pourrait monter en gamme
        pourraient monter en gamme
        peut monter en gamme
        peuvent monter en gamme
        qui pourrait monter en gamme
        likely to buy more
        buy more
        likely to buy
        want to buy more
        to buy more
        prendre plus
        acheter plus
        pourrait acheter
        upsel candidates
        upsel
        candidates
        best candidates
        upgrade candidates
        hungry
        hungry for more
        appetite
        appetite for more
        expansion ready
        expansion candidates
        expansion list
        growth candidates
        headroom
        could take more
        take more seats
        can we grow
        should we pitch
        pitch
        pitch to
        pitcher
        a qui proposer
        proposer plus
        proposer
        proposer une montee en gamme
        candidats upsell
        eligibles
        eligible
        prets pour plus
        prets pour un upsell
        pret pour un upsell
        mures pour un upsell
        murs pour un upsell
        pret a monter
        prets a monter
        a l etroit
        trop petit plan
        ripe
        ripe for
        ripe for upsell
        ripe for an upsell
        ready for upsell
        ready for expansion
        mature for
        murs pour
        mur pour
        murs
        mures
        upsell leads
        upsell targets
        upsell list
        where can we grow
        where can we expand
        room to grow
        room for growth
        white space
        whitespace
        land and expand
        who could we sell more
        sell more seats
        who wants more
        want more
        needs more seats
        need more seats
        running out of seats
        hitting their limits
        hitting limits
        hitting their quota
        maxed out
        maxing out
        candidats a l upsell
        candidats
        candidat a
        candidats a une montee en gamme
        a developper
        a faire grandir
        pistes de croissance
        pistes d upsell
        pistes
        leviers de croissance
        relais de croissance
        marge de progression
        susceptibles de monter
        susceptibles d acheter
        susceptibles de prendre plus
        a qui vendre plus
        a qui on peut vendre plus
        a qui peut on vendre plus
        qui pourrait prendre plus
        qui pourrait acheter plus
        en demande de plus
        satures
        au plafond
        plafonnent
        opportunity
        opportunities
        growth opportunity
        growth opportunities
        expansion opportunity
        expansion opportunities
        upsell opportunity
        upsell opportunities
        upsell candidate
        upsell candidates
        upsell potential
        expansion potential
        growth potential
        potential
        ready to grow
        ready to buy more
        ready to expand
        ready to upgrade
        ready for more
        ready for an upsell
        ready for an upgrade
        could buy more
        could grow
        could expand
        might buy more
        could we sell more to
        can we sell more to
        sell more
        should we upsell
        likely to expand
        likely to grow
        likely to upgrade
        primed to grow
        near their limit
        close to their limit
        close to their quota
        near quota
        near their quota
        out of seats
        opportunite
        opportunites
        opportunite de croissance
        opportunites d upsell
        potentiel
        potentiel de croissance
        potentiel d upsell
        prets a prendre plus
        pret a prendre plus
        prets a acheter plus
        pret a acheter plus
        prets a grandir
        pourraient acheter plus
        pourraient prendre plus
        vendre plus
        vendre davantage
        qui peut grandir
        prets a monter en gamme
        monter en gamme
        pres de leur quota
        proches de leur quota
        proches de leur limite
    """,
    "renewals": """
        contract/subscription/agreement/term is/are/s up
        contract/subscription/agreement/term come/coming/came up
        contrat/engagement tombe/tombent/finit/finissent/s arrete/s arretent
        engagement se termine/terminent/prend/prennent fin?
        terms/contracts/agreements/deals run/running out
        run/running out
        terms/contracts/agreements come/coming to an end
        terms/contracts/agreements end/ending/expire
        terms/contracts/agreements expires/expiring/lapse/lapsing
        reconductions/renouvellements prevu
        reconductions/renouvellements attendu
        echeances/contrats prevu/attendu
        reconductions/renouvellements programme/programmee
        reconductions/renouvellements planifie/planifiee
        echeances/contrats programme/programmee
        echeances/contrats planifie/planifiee
        renewals scheduled/planned/expected/slated/due/lined
        come/coming up for renewal
        lined up for renewal
        signature a renouveler
        arrive/arrivent/arrivant a terme/echeance/expiration
        arriver a terme/echeance
        contracts/subscriptions/deals/agreements are/come/coming up
        contrats/abonnements qui tombent
        due within
        due in
        due in the next
        due over the next
        due by
        due before
        contrats tombent
        contrats qui tombent
        tombent a echeance
        tombe a echeance
        tombent
        contrats a renegocier
        a renegocier
        renegociation
        renegociations
        contracts to renegotiate
        need renewing
        need to be renewed
        must renew
        set to renew
        scheduled to renew
        about to renew
        expected to renew
        whose contract ends/expires
        whose contracts end/expire
        dont le contrat expire/finit/prend fin/s acheve/se termine
        contracts landing/falling due
        renewals landing/falling
        landing on
        s achevent
        s acheve
        viennent a terme
        vient a terme
        arrivent au bout
        arrive au bout
        au bout de leur contrat
        left to renew
        restent a renouveler
        reste a renouveler
        finissent
        expirera
        expireront
        expirant
        se terminant
        se termineront
        se terminera
        contrats finissent
        contrats finissant
        contrat fini
        running to term
        rolling off
        roll off
        rolls off
        deals renewing
        deals up for renewal
        deals expiring
        agreements expire
        agreements expiring
        agreements ending
        agreements that expire
        come up
        comes up
        renouv
        renouvs
        renouv a venir
        renouvellements a venir
        reconduit
        reconduits
        reconduites
        reconduite
        upcoming
        upcoming renewals
        a venir a renouveler
        koi qui se renouvelle
        qui se renouvelle
        expiring in
        anything expiring
        sign again
        re sign
        resign
        to be renewed
        be renewed
        renewed soon
        renewing soon
        renew soon
        bientot
        prochainement
        prochaines echeances
        prochaine echeance
        prochains renouvellements
        prochain renouvellement
        echeances contractuelles
        echeance contractuelle
        echeance de contrat
        echeances de contrat
        contrats en fin
        contrats en fin de vie
        en fin de contrat
        fin de leur contrat
        leur contrat se termine
        renouvelements
        renouvelement
        renouvellent leur contrat
        re signent
        signent a nouveau
        rempilent
        rempiler
        term ends
        end of term
        end of contract
        contract runs out
        deadline
        deadlines
        dates butoirs
        coming up
        coming due
        come up for renewal
        comes up for renewal
        up for renewal in
        due to renew
        renewal calendar
        renewal pipeline
        renewal schedule
        renewal list
        renewing customers
        contracts renewing
        contracts up for renewal
        contracts due
        contracts coming up
        contract renewals
        contracts that expire
        contracts running out
        running out
        run out
        runs out
        lapse
        lapses
        lapsing
        contract anniversary
        when does renew
        renouvele
        renouvelee
        renouveles
        a renouveler
        doivent renouveler
        doit renouveler
        vont renouveler
        dates de renouvellement
        date de renouvellement
        contrats a renouveler
        contrats arrivant a echeance
        arrivant a echeance
        arrivant a terme
        arrivent a expiration
        viennent a echeance
        venant a echeance
        prennent fin
        prend fin
        se terminent
        se termine
        resignature
        resigner
        reconduire
        a reconduire
        calendrier des renouvellements
        renouvlement
        renouvlements
        renewal
        renewals
        renew
        renews
        renewing
        up for renewal
        coming up for renewal
        due for renewal
        renewal date
        renewal dates
        contract end
        contract ends
        contracts end
        contracts ending
        contract ending
        contracts expiring
        contract expires
        contracts expire
        contracts up
        contracts coming to an end
        contracts that end
        expire
        expires
        expiring
        expiry
        expiration
        renouvellement
        renouvellements
        renouveler
        renouvelle
        renouvellent
        se renouvelle
        echeance
        echeances
        arrivent a echeance
        arrive a echeance
        arrivent a terme
        arrive a terme
        contrats qui arrivent a terme
        contrats qui se terminent
        fin de contrat
        fins de contrat
        contrats qui finissent
        expirent
        reconduction
        reconductions
    """,
    "targets": """
        on vise
        on vise quoi
        vise t on
        visons nous
        nous visons
        visons
        ce qu on vise
        que visons nous
        vise pour
        we aim/aiming/aimed for/at
        aim/aiming/aimed for/at
        are we aiming/shooting/gunning for
        we re aiming/shooting/gunning for/at
        shooting/gunning for
        nous? manque combien de point
        il nous? manque combien
        il manque combien de point
        combien de point il? nous? manque
        combien de point manque t il
        how many points short/off/shy/away/missing
        points short/off/shy/away/missing/behind/ahead
        where should we be
        where we need to be
        where do we need to be
        on doit etre ou
        on devrait etre ou
        ou devrait on etre
        tenir l objectif
        tenir nos objectifs
        tenir les objectifs
        tenir la cible
        combien il reste a aller chercher pour? tenir? l objectif
        aller chercher
        a aller chercher
        miss their target
        miss their targets
        below their target
        under their target
        sous leur objectif
        sous l objectif
        sous leurs objectifs
        sous leur cible
        above their target
        objectifs vs realise
        vs realise
        realise
        suivi
        suivi des cibles
        suivi des objectifs
        vs reel
        reel vs objectif
        behind its
        behind our
        behind its retention goal
        behind its goal
        behind our goal
        behind the goal
        behind on
        far
        how far are we
        how far are we from
        are we from
        loin
        sommes nous loin
        tracking
        tracking against
        tracking against plan
        tracking to plan
        tracking to
        met or missed
        met
        missed
        miss
        beat
        beat our target
        beaten
        beating
        short of
        fall short
        falling short
        shortfall
        above or below target
        below target
        under our target
        where we should be
        vs where we should be
        plan attainment
        attainment
        attain
        attained
        goal met
        nrr goal
        grr goal
        kpis
        scorecard
        objectif atteint
        objectifs atteints
        dans le vert
        dans le rouge
        on est dans les temps
        dans les temps
        respecte
        respectons
        respectons nous
        manque
        il manque
        il nous manque
        manque pour
        ecart par rapport
        ecart vs
        ecart au plan
        ecarts
        sur le plan
        le plan
        plan annuel
        on tient le plan
        tient le plan
        tenir le plan
        hit our target
        hit the target
        hit target
        hit our nrr target
        hit our grr target
        did we hit
        are we hitting
        hitting target
        hitting our target
        hitting our targets
        hitting
        meeting our target
        meet our target
        meeting target
        met our target
        reach our target
        reached our target
        reaching our target
        missing target
        missed target
        miss our target
        behind target
        ahead of target
        above target
        under target
        target vs actual
        targets vs actuals
        actual vs target
        actuals vs targets
        actuals
        actual
        far off
        how far off
        far off goal
        off goal
        against goal
        against goals
        vs goal
        vs goals
        to goal
        to target
        gap to target
        gap to goal
        distance to target
        okr
        okrs
        kpi target
        en retard sur
        en retard
        en avance
        en avance sur
        atteint
        atteint nos objectifs
        on atteint
        atteint on
        atteignons nous
        atteindre
        a t on atteint
        tenons nous
        on tient nos objectifs
        tient on nos objectifs
        tient nos objectifs
        loin de
        loin des objectifs
        loin de l objectif
        par rapport aux objectifs
        par rapport a l objectif
        vs objectif
        vs objectifs
        vs cible
        realise vs objectif
        dans l objectif
        a l objectif
        sur l objectif
        au dessus de l objectif
        en dessous de l objectif
        les okr
        target
        targets
        on target
        off target
        goal
        goals
        objective
        objectives
        quota attainment
        hit the plan
        hit our plan
        hit plan
        on plan
        on track
        are we on track
        vs plan
        against plan
        versus plan
        below plan
        budget
        vs budget
        against budget
        objectif
        objectifs
        cible
        cibles
        ecart a l objectif
        dans les clous
        en ligne avec l objectif
    """,
    "outlook": """
        finit on l annee
        finira t on l annee
        va t on finir l annee
        a combien va t on finir
        on va finir l annee
        fin d annee estimee
        where will it/nrr/grr/retention/we be at/by the? year end
        where will it/nrr/grr/retention/we be at the? end of the year
        closing the year
        close out the year
        heading for
        headed for
        are we heading
        on course for
        if nothing changes
        if nothing else changes
        if things stay as they are
        all else equal
        all else being equal
        other things equal
        si rien ne change
        si rien ne bouge
        toutes choses egales par ailleurs
        toutes choses egales
        what should we expect
        should we expect
        pour la suite
        la suite
        tu prevois
        tu prevois quoi
        prevoyons
        look like at the end of the year
        where are we going to land
        going to land
        going to end
        going to finish
        will we finish
        will we end
        do we land
        do we end up
        likely to land
        likely to end
        by year end
        by the end of the year
        end of year
        end of the year
        eoy
        year end number
        year end figure
        for the rest of the year
        rest of the year
        remainder of the year
        projected retention
        projected nrr
        next few months
        coming months
        next months
        estimate
        estimation
        extrapolate
        extrapolation
        if this continues
        if it continues
        at this rate
        at this pace
        at the current pace
        run rate nrr
        a ce rythme
        a ce train la
        si ca continue
        si ca continue comme ca
        si on continue
        si on continue comme ca
        on finit ou
        on finira ou
        finir
        finirons nous
        finirait
        on va finir
        va finir
        on va atterrir
        atterrirons
        on atterrit ou
        ou va t on atterrir
        ou atterrit on
        prochains mois
        mois a venir
        dans les mois a venir
        futur
        le futur
        l avenir
        avenir
        a venir
        estimer
        extrapoler
        projections
        tu vois
        vois tu
        voyez vous
        anticiper
        anticipe
        anticipes
        previsions de fin d annee
        prevision de fin d annee
        landing estimate
        outlook
        forecast
        forecasts
        forecasting
        projection
        projected
        project
        predict
        prediction
        predictions
        expected
        expect
        end the year
        finish the year
        close the year
        land
        landing
        where will we land
        where will we end up
        end up
        where are we heading
        where are we headed
        going forward
        perspective
        perspectives
        prevision
        previsions
        previsionnel
        prevoir
        prevoyez
        prevois
        projeter
        projete
        atterrissage
        atterrir
        atterrit
        finir l annee
        va t on finir
        terminer l annee
        ou va t on
        ou allons nous
        a quoi s attendre
    """,
    "noexpansion": """
        leaving expansion/upsell/upsells/upgrades/growth out? of? it?
        leaving expansion/upsell/upsells/upgrades/growth aside
        not counting/including any? expansion/upsell/upsells/upgrades/growth/increases
        without counting any? expansion/upsell/upsells/upgrades/growth
        sans compter/inclure/prendre les ventes additionnelles
        sans compter/inclure les upsells/hausses/extensions/expansions
        sans/hors ventes additionnelles
        expansion/upsell/upgrades not counted/included/counting
        expansion/upsell/upgrades left out
        expansion/upsell/upgrades set/left/put aside
        expansion/upsell/upgrades aside/ignored/removed
        with no expansion/upsell/upgrades
        net of any expansion/upsell
        hors/sans/excluant/avant expansion/upsell/upgrades
        hors/sans/avant l/les/toute/compter/d expansion/upsell
        sans compter l/les/d expansion/upsell/upgrades
        excluding/without/ignoring/before/minus/ex expansion/upsell/upgrades/upselling
        excluding/without/ignoring/before any/the/our expansion/upsell/upgrades/upselling
        not counting/including expansion/upsell/upgrades
        not counting/including any expansion/upsell/upgrades
        before counting any? expansion/upsell/upgrades
        expansion/upsell excluded
        expansion/upsell exclue/exclu
        expansion/upsell non comprise/compris/incluse
        net of expansion/upsell
    """,
    "nodowngrade": """
        not including/counting downgrades/contraction/downsell
        not including/counting any downgrades/contraction
        excluding/without/ignoring/minus/ex downgrades/contraction/downsell
        excluding/without/ignoring the downgrades
        leaving out downgrades/contraction
        downgrades/contraction/downsell excluded
        downgrades/contraction not included/counted
        hors/sans downgrades/contraction/baisses
        hors/sans les baisses
        hors baisses d abonnement
        sans compter les baisses/downgrades/contractions
        downgrades/contractions/baisses non comprises/compris/incluses
        downgrades/contractions/baisses exclues/exclus
        baisses d abonnement non comprises/incluses
        baisses d abonnement exclues
        baisses de forfait exclues
    """,
    "whatif": """
        ferait/serait/ferions/serions combien
        on tombe/descend/passe/arrive/finit a combien
        on tombe/tomberait/atterrit/atterrirait ou
        on perd/perdrait quoi
        what if we/i could? hold/held/keep/kept/get/got/bring/brought/cut/push/pushed/lower/lowered
        what if we/i could? reduce/reduced/raise/raised/cap/capped/manage/managed/see/saw/hit
        if we/i could? hold/held/keep/kept/get/got/bring/brought/push/pushed/lower/lowered
        if we/i could? reduce/reduced/raise/raised/cap/capped/manage/managed
        suppose/imagine/assume/say we could? hold/held/keep/kept/get/got/bring/brought/cut/push/pushed/lower/lowered
        where do/would we land/end/stand
        on devient quoi
        devient on quoi
        que/qu devient/deviens on
        que deviendrait on/il/elle/notre
        qu est ce qu on devient
        on deviendrait quoi
        ou en serait on
        on en serait ou
        on serait ou
        on serait a combien
        on serait/ferait/finirait/tomberait a combien
        on ferait combien
        on finirait ou
        where does that leave us
        where does it leave us
        where would it leave us
        how would we look
        how would we fare
        would we be fine/ok/okay
        how do we look
        ramenait/ramenions/ramenons/ramenant/ramenerait
        baissait/baissions/descendait/descendions/remontait
        limitait/limitions/contenait/contenions/stabilisait/stabilisions
        reduisait/reduisions
        portait/portions
        brought/bring/bringing/got/get/getting/pushed/push/pushing/knocked/knock it? down to
        brought/bring/bringing/got/get/getting/pushed/push/pushing/cut/cutting churn/attrition down? to
        capped/cap/capping/held/hold/holding at
        capped/cap/capping churn at
        managed to get/bring/cut/push
        nous lachait/lacherait/lache
        lachait/lacherait
        si on perdait
        what happens at
        what does that do to our? numbers/figures
        what would that do to our? numbers/figures
        what s the upside
        the upside
        on gagne quoi
        on y gagne quoi
        qu est ce qu on gagne
        qu est ce qu on y gagne
        would we gain
        what would we gain
        on gagnerait
        becomes
        what becomes of
        becomes of
        descend de
        descend
        manque a gagner
        quel manque a gagner
        worst case
        worst case scenario
        run the numbers at
        pire des cas
        dans le pire des cas
        au pire
        should leave
        were to leave
        were to go
        all go
        all leave
        s en vont
        cutting
        cutting churn
        what s it worth
        whats it worth
        what is it worth
        worth it
        on gagne combien
        on gagnerait combien
        gagne combien
        gagnerait
        where would we be
        where would that leave us
        look like at
        looks like at
        run at
        effect
        dropping
        effect on
        effect on nrr of
        do to us
        does to us
        what does it do
        imagine if
        cancels tomorrow
        ca change quoi
        change quoi
        what does it give
        does it give
        effet
        quel effet
        cut from
        bring down
        lower to
        reduce to
        if we cut
        on passait
        on passe de
        damage
        what s the damage
        the damage
        whats the damage
        the cost
        cost us if
        would cost
        would it mean
        mean for us
        would mean
        scenario 2
        percentage of churn
        could we survive
        survive
        take the hit
        hit if
        would hit
        bilan
        ca ferait quoi
        ca ferait
        ferait quoi
        quel serait
        serait
        ca nous coute
        ca nous couterait
        nous couterait
        nous coute
        coute combien
        couterait combien
        ca coute combien
        quelle perte
        perte si
        les degats
        degats
        casse
        la casse
        consequence si
        quelles consequences
        on perdrait combien
        perdrait
        perdrions
        model
        model out
        modeling
        modelling
        what does it cost if
        what do we lose if
        how much does it hurt
        does it hurt
        hurt if
        how much would it hurt
        if we dropped
        assume that
        let s say
        say
        lets say
        let s imagine
        what would
        what would be
        how would
        que donnerait
        donnerait
        qu est ce que ca donnerait
        ca donnerait quoi
        que donne
        que deviendrait
        deviendrait
        qu arriverait il si
        combien perdrait on
        combien perdrions nous
        combien on perdrait
        combien on perdrait si
        que perdrait on
        en cas de depart
        en cas de
        en cas de perte
        au cas ou
        disons
        admettons
        mettons
        et si on perdait
        si jamais
        modelise
        modeliser
        ramene
        ramene de
        ramener
        tombait
        passait
        passerait
        would do to us
        would do
        consequence
        consequences
        consequence of
        what s the impact
        what is the impact
        exposure if
        exposure to
        how exposed are we
        how dependent are we on
        dependent
        what if
        what would happen if
        what would happen to us if
        what happens if
        what will happen if
        whatif
        if we lose
        if we lost
        if we were to lose
        if
        suppose
        supposing
        assume
        assuming
        imagine
        simulate
        simulation
        simulation of
        scenario
        scenario where
        impact
        impact of
        impact if
        effect of
        effect if
        would it be
        would it cost
        cost of
        how bad would it be
        how much would we lose
        hypothetically
        et si
        si
        si on perd
        si on perdait
        si nous perdions
        s il
        que se passe t il si
        que se passerait il si
        qu est ce qui se passe si
        qu est ce qui se passerait si
        imaginons
        imagine que
        supposons
        supposons que
        hypothese
        simule
        simuler
        simulez
        impact de
        effet de
        effet d
        quel impact
        quel serait l impact
        combien on perd si
        combien perd on si
        combien perdrait on si
        combien coute
        combien couterait
    """,
    "good": """
        mauvaise/mauvaises
        est top
        c est top
        est ce top
        stack up
        stacks up
        considered strong/good/healthy/weak/low/bad
        c mauvais/bon/bien/nul/faible
        c est mauvais/nul/faible
        would you call
        weak
        pas terrible
        terrible
        considere comme bon
        bon pour des
        considere comme bonne
        c normal
        c bien
        c bon
        c correct
        vaut
        ca vaut quoi
        vaut quoi
        ca vaut
        what s it worth
        bad
        mauvais
        is that bad
        what would be
        what would be a healthy
        healthy
        sain
        saine
        is that high
        high
        is that low
        eleve
        haut
        c est bien
        c bon ou pas
        bon ou pas
        brag
        brag worthy
        worthy
        bragworthy
        something to brag about
        a problem
        a problem for
        problem
        alarming
        alarmant
        problematique
        grave
        c est grave
        awful
        horrible
        shameful
        embarrassing
        honteux
        ridicule
        mediocre
        median or better
        above average
        below average
        au dessus de la moyenne
        en dessous de la moyenne
        top
        excellent for
        great for
        top notch
        world class for
        ambitious
        ambitieux
        realistic
        realiste
        raisonnable
        reasonable
        fair
        ok pour
        correct pour
        cool
        bien ou pas
        bien ou bof
        bof
        is that any good
        is it any good
        considered healthy
        be considered
        considered
        typical
        healthy for
        ok for
        okay for
        bon pour
        bien pour
        c est bien pour
        ca va
        c est comment
        is that good
        is that ok
        is this good
        is it good
        any good for
        good enough
        enough
        solid
        strong
        respectable
        impressive
        competitive
        where should we be
        should we aim for
        should be
        what should
        where should
        a viser
        vise t on
        faut il viser
        doit on viser
        quel niveau
        quel est un bon
        quelle est une bonne
        c est quoi un bon
        c est quoi une bonne
        honorable
        convenable
        suffisant
        normal pour
        dans la norme
        dans les normes
        standard
        good
        a good
        bad or good
        good or bad
        any good
        decent
        healthy level
        normal
        average for
        what s a good
        what is a good
        what s considered good
        considered good
        great
        world class
        best in class
        acceptable
        should we be happy
        est ce bien
        est ce que c est bien
        c est bon
        cest bon
        est ce bon
        un bon
        une bonne
        bon
        bonne
        correct
        c est normal
        est ce normal
        c est pas mal
        pas mal
        satisfaisant
    """,
    "benchmarks": """
        what s/is/are/would/counts a healthy/decent/solid/strong/respectable/acceptable/reasonable/sane/sound
        what is considered healthy/decent/solid/strong
        what s/is considered a? healthy/decent/solid/strong
        qu est ce qu une bonne/un bon
        c est quoi une bonne/un bon
        industry norm/standard/average/benchmark/median/mean
        industry best practice
        industry wide
        across the industry
        sector norm/standard/average/median
        market norm/standard/average/median
        norme/standard/moyenne/mediane/usages du secteur/marche/metier
        norme/standard/moyenne/mediane de l industrie
        dans la norme
        dans les normes
        dans les standards
        within the norm
        normal for
        saas norm/standard/average/median
        what s/is a? typical/normal/standard/usual/customary
        c est quoi une? nrr/grr/retention typique/courante/usuelle/normale
        c est quoi une? retention nette/brute typique/courante/usuelle/normale
        retention nette/brute? typique/courante/usuelle
        qu est ce qui est courant/normal/typique/usuel
        c est courant/normal/typique/usuel
        above/below/over/under the? market
        d apres le marche
        viser d apres le marche
        que font les autres editeurs
        les autres editeurs
        chez les autres editeurs
        autres editeurs
        other vendors/publishers
        should a/an
        what/which nrr/grr/retention/churn should
        quel/quelle nrr/grr/retention/churn devrait/devraient/doit/faut
        focused saas/company/vendor/business
        typical churn
        churn typique
        normal churn
        average churn
        saas firms
        top saas firms
        top saas companies
        saas vendors
        software companies
        software firms
        software
        typical industry
        industry nrr
        industry grr
        industry retention
        typical industry nrr
        typical industry grr
        considere comme bon
        considere comme
        considere
        est considere
        vendor
        aim for
        should aim for
        viser
        doit viser
        faut viser
        a viser
        quel nrr viser
        quel grr viser
        decent
        decent gross retention
        decent net retention
        decent retention
        target for a
        industry benchmarks
        industry benchmark
        benchmarks for retention
        for a vendor
        ref
        de ref
        refs
        nrr de ref
        de reference
        nrr de reference
        moyen
        moyenne
        nrr moyen
        grr moyen
        moyen du marche
        nrr moyen du marche
        grr moyen du marche
        average nrr
        average grr
        average retention
        average
        marche
        au marche
        face au marche
        par rapport au marche
        vs le marche
        vs the market
        against the market
        the industry
        in the industry
        industry
        vs industry
        versus the industry
        against peers
        against our peers
        vs peers
        peer group
        similar companies
        companies like us
        companies our size
        others
        what others do
        best in class
        top quartile
        quartile
        best companies
        world class
        on se situe
        on se situe comment
        se situe
        nous situons nous
        nous situer
        situe t on
        les autres
        autres boites
        autres entreprises
        comparables
        la profession
        le secteur
        du secteur
        meilleurs
        les meilleurs
        typical nrr
        typical grr
        typical retention
        moyenne du saas
        moyenne saas
        benchmark saas
        boites saas
        entreprises saas
        benchmark
        benchmarks
        benchmarking
        industry standard
        industry standards
        industry average
        market average
        market standard
        peers
        our peers
        competitors
        competition
        other companies
        other saas
        other saas companies
        saas companies
        saas average
        saas median
        median
        comparable companies
        compared to the market
        how do we compare to the market
        how do we compare
        how do we stack up
        stack up
        rest of the market
        the market
        repere
        reperes
        reference
        references
        norme
        norme du secteur
        norme du marche
        moyenne du marche
        moyenne du secteur
        mediane
        mediane du marche
        concurrents
        la concurrence
        autres saas
        le marche
        standards du marche
    """,
    "define": """
        what s the? meaning of
        meaning of
        whats the meaning of
        c est quoi la formule
        quelle est la formule
        quoi la formule
        la? formule exacte du/de?
        la? formule de calcul du/de?
        what s the formula
        what is the formula
        formula for/of
        worked out
        how s worked out
        how is worked out
        gets worked out
        gets calculated/computed
        comment est obtenu
        comment obtient on
        comment s obtient
        comment est mesure
        comment mesure t on
        que recouvre
        que mesure
        ca mesure quoi
        ca represente quoi
        represente quoi
        in plain terms
        in plain words
        en langage clair
        kezako
        c est quoi au juste
        c est quoi deja
        wtf is
        qu appelle t on
        appelle t on
        on appelle
        what is meant by
        explain the term
        explique le terme
        the term
        the word
        c est quoi un
        c est quoi une
        c quoi un
        c quoi une
        stand for exactly
        supposed to mean
        supposed to be
        principe du
        principe de
        le principe du
        le principe de
        what are we calling
        what we call
        in simple words
        in layman s terms
        layman
        for dummies
        pour les nuls
        simplement
        notion
        notion de
        le concept
        concept
        concept de
        concept of
        the idea of
        idea behind
        idee derriere
        terme
        le terme
        term
        jargon
        acronym
        acronyme
        sigle
        abbreviation
        wording
        glossary
        glossaire
        lexique
        ca veut dire
        veut dire quoi
        ca signifie
        qu est ce qu on appelle
        c est quoi la definition
        quelle est la definition
        donne moi la definition
        definition stp
        what is the definition
        whats the definition
        whats the meaning
        whats meant
        eli5
        explain like i m five
        explain like i m 5
        c koi
        c quoi le
        c quoi la
        c quoi
        koi
        kesako
        quesaco
        c est quoi exactement
        what exactly is
        meant by
        what do we mean by
        what do you count as
        do you count
        count as
        counts as
        what goes into
        goes into
        included in
        is included in
        how do you count
        how do we count
        how do you measure
        how do we measure
        how is measured
        measured
        remind me what
        remind me how
        remind me what is
        what is a
        what is an
        what s a
        what s an
        explain what
        explain how
        expliquer ce qu est
        explique ce qu est
        explique moi ce qu est
        rappelle moi ce qu est
        rappelle moi la definition
        on entend par
        entend par
        entendez vous par
        tu entends par
        qu entend on par
        qu entends tu par
        on calcule comment
        tu calcules comment
        vous calculez comment
        calcule comment
        se calcule comment
        comment vous calculez
        comment mesurez vous
        mesure
        comprend
        que comprend
        inclut
        ca inclut quoi
        signification
        signification de
        ca correspond a quoi
        correspond a quoi
        a quoi correspond
        definition exacte
        vs grr
        vs nrr
        define
        definition
        definition of
        meaning of
        what does
        mean
        means
        how is
        how do you calculate
        how do you compute
        how do we calculate
        how do we compute
        how is calculated
        how is it calculated
        how is it computed
        how is it defined
        how do you define
        how do you work out
        how do you get
        calculated
        computed
        calculate
        compute
        defined
        formula
        formula for
        how does the calculation work
        calculation of
        calculation
        difference between
        what s the difference between
        what counts as
        what do you mean by
        what do you call
        stand for
        stands for
        definir
        definis
        definissez
        definition de
        definition du
        que veut dire
        ca veut dire quoi
        que signifie
        signifie
        veut dire
        comment est calcule
        comment calcules tu
        comment calculez vous
        comment tu calcules
        comment calcule t on
        comment on calcule
        comment se calcule
        calcule
        calcules
        calculee
        calcul
        calcul de
        calcul du
        mode de calcul
        formule
        formule du
        formule de
        difference entre
        c est quoi la difference entre
        c est quoi le
        c est quoi la
        qu est ce que
        qu est ce qu un
        qu est ce que le
        qu est ce que c est
        qu appelez vous
    """,
    "data": """
        did you last pull/read/sync/refresh/load/check/update/import/see
        when did you last pull/read/sync/refresh/load/check/update/import
        you last pull/read/sync/refresh/load/check/update/import
        lue/lu/lus pour la derniere fois
        a t elle/il ete lue/lu/relue/importee/importe
        a t elle/il ete chargee/charge/rafraichie/actualisee/synchronisee/synchronise
        ete lue/lu/relue/importee/importe/chargee/charge/rafraichie/actualisee/synchronisee
        ete lue/lu/relue/importee/chargee/rafraichie/actualisee/synchronisee pour la derniere fois
        derniere lecture/synchro/synchronisation/importation/mise a jour
        dernier import/rafraichissement/chargement
        last/most recent time you read/synced/refreshed/imported/loaded/pulled
        you last read/synced/refreshed/imported/loaded/pulled
        last read/synced/refreshed/imported/loaded/pulled/sync/import/refresh
        was it/that/this last read/synced/refreshed/imported/loaded/pulled/updated
        was the sheet/file/data last read/synced/refreshed/imported/loaded/pulled/updated
        lu quand pour la derniere fois
        a ete lu quand
        lu pour la derniere fois
        derniere lecture
        a quand/combien remontent/remonte les/la? donnees/chiffres/donnee
        remontent les donnees/chiffres
        gaps/duplicates/holes/blanks/typos or/and duplicates/gaps/holes/blanks/typos
        gaps/duplicates/holes/blanks in the/our? mrr/arr? tab/sheet
        gaps/duplicates/holes or/and duplicates/gaps/holes in the/our mrr/arr? tab/sheet/file/data
        trous/doublons ou/et doublons/trous
        trous/doublons ou/et doublons/trous dans l/le/la? onglet/feuille mrr?
        doublons dans l/le/la? onglet/feuille/fichier mrr?
        fraicheur des donnees
        qualite de la donnee
        trous dans le/la/les fichier/feuille/donnees/classeur/tableau
        holes/gaps in the file/sheet/data/spreadsheet
        anomalies de saisie
        anomalies de saisie a corriger
        erreurs de saisie
        erreurs de saisie a corriger
        erreurs a corriger
        fautes de saisie
        fautes de frappe
        lignes a corriger
        cellules a corriger
        rows/cells/errors to fix
        errors to correct
        which rows
        rows in the sheet
        rows in the sheet are broken
        broken rows
        de quand date
        date la derniere synchro
        la derniere synchro
        de quand date la derniere synchro
        lignes rejetees
        rejetees
        rejete
        lignes ecartees
        rejected rows
        rows rejected
        rejected
        latest month you have
        the latest month you have
        last month you have
        the last month you have
        latest month available
        most recent month you have
        dernier mois que tu as
        le dernier mois que tu as
        le dernier mois disponible
        should fix
        i should fix
        to fix
        need fixing
        problems in the spreadsheet
        is the data up to date
        data up to date
        the data up to date
        donnees a jour
        les donnees sont elles a jour
        sont elles a jour
        sheet
        spreadsheet
        the sheet
        google sheet
        when was the sheet
        last refreshed
        refreshed
        refresh
        last loaded
        loaded
        imported
        last import
        how current
        data current
        data through
        data up to
        how far does the data go
        data go
        data cover
        does the data cover
        cover
        covers
        coverage
        how complete
        complete
        completeness
        data complete
        stale
        outdated
        out of date
        how old is
        last read
        read the sheet
        read last
        rows were skipped
        rows skipped
        skipped
        skipped rows
        rows ignored
        rows excluded
        anything wrong
        anything wrong with
        wrong with
        something wrong
        broken
        errors in
        issues with
        problem with the data
        problems in
        problems with
        warnings
        warning
        data errors
        data warnings
        clean
        how clean
        feuille
        la feuille
        tableur
        le tableur
        classeur
        fichier
        le fichier
        quand as tu lu
        as tu lu
        lu la feuille
        derniere lecture
        lecture
        rafraichi
        rafraichie
        rafraichies
        rafraichissement
        actualise
        actualisee
        actualisees
        actualisation
        date des donnees
        derniere date
        dernier mois disponible
        dernier mois dispo
        dernieres donnees
        s arretent
        s arretent les donnees
        couvrent
        lignes ignorees
        lignes exclues
        lignes en erreur
        exclus
        exclues
        comptes exclus
        ecartes
        laisses de cote
        soucis dans
        soucis dans la feuille
        souci dans la feuille
        problemes dans
        erreurs dans
        des erreurs
        ya des erreurs
        propres
        complet
        completes
        avertissements
        data
        data quality
        data issues
        data problems
        data quality issues
        up to date
        fresh
        how fresh
        freshness
        how recent
        how old
        last updated
        last update
        last sync
        last synced
        when was it synced
        synced
        sync status
        latest data
        latest month
        through which month
        which month is the data
        which workbook
        which sheet
        which file
        where do the numbers/figures come from
        where does the data come from
        source of
        sources
        errors in the sheet
        problems in the sheet
        issues in the sheet
        problems with the sheet
        wrong in the sheet
        wrong with the sheet
        wrong with the data
        errors
        mistakes
        bad rows
        missing data
        left out
        excluded accounts
        excluded
        can i trust
        trust
        reliable
        donnees
        qualite des donnees
        a jour
        fraicheur
        fraiches
        derniere mise a jour
        derniere synchro
        derniere synchronisation
        jusqu a quel mois
        jusqu a quand
        jusqu ou
        de quand datent
        datent
        erreurs
        erreurs dans la feuille
        erreurs dans le fichier
        problemes dans la feuille
        problemes dans le fichier
        anomalies
        lignes fausses
        fiable
        fiables
        d ou viennent les chiffres
        quelle feuille
        quel fichier
        mis a jour
        manquantes
    """,
    "help": """
        tu peux m aider
        peux tu m aider
        m aider
        can you help
        can you help me
        could you help me
        please help
        please help me
        help
        help me
        what can you do
        what can i ask
        what can i ask you
        what can i do
        what do you know
        what questions can i ask
        how do i use you
        how do i use this
        how does this work
        how does it work
        commands
        command list
        instructions
        aide
        aide moi
        aidez moi
        que sais tu faire
        qu est ce que tu sais faire
        tu sais faire quoi
        que peux tu faire
        que puis je demander
        comment ca marche
        mode d emploi
        commandes
    """,
    "sync": """
        sync now?
        sync the/our sheet/data/file/workbook now?
        read/reread/reload/refresh the/our sheet/data/file/workbook now/again
        synchroniser
        synchroniser/synchronise/synchronisez la/les/le feuille/donnees/fichier/classeur
        actualiser
        actualiser/actualise/actualisez la/les/le feuille/donnees/fichier/classeur
        relis/relisez la/le feuille/fichier/classeur
    """,
    "digest": """
        digest
        weekly digest
        the weekly? digest
        this week s digest
        bilan hebdo/hebdomadaire
        le bilan hebdo/hebdomadaire
        bilan de la/cette semaine
    """,
    "by": """
        eclate/eclatee/decoupe/decoupee/decline/declinee/ventile/ventilee/reparti par
        eclate/eclatee/decoupe/decoupee/decline/declinee/ventile/ventilee/reparti selon
        one/a row/line per/for each/every?
        one/a row/line for each/every
        une ligne par/pour chaque?
        une colonne par
        broken/breaking/break out by
        a l autre
        to the next
        to another
        a une/un autre
        varie/varient/differe/different selon/suivant/d
        varie t/varient il/elle/ils selon
        varies/vary/varying/differ/differing by/across/between/from
        league table of
        league table
        put every
        put each
        decoupage
        decoupe/decoupee
        next to each other
        beside each other
        one after the other
        each of
        each of the
        in each of the
        of each of the
        for each of the
        cote a cote
        chacun des
        chacune des
        pour chacun des
        pour chacune des
        decompose
        decompose le
        decomposes
        decompose la
        par tranche
        vary between
        varies between
        vary among
        differ between
        differs between
        between all
        par industrie
        repartition de
        repartition des
        repartition du
        break down by
        broken down
        slice
        slice by
        slice and dice
        dice
        segmented by
        segmentation
        segmented
        heatmap
        matrix
        pivot
        pivot by
        comparative table
        un tableau par
        tableau comparatif
        table by
        a table by
        broken out by
        broken out
        split per
        split along
        break retention down by
        down by
        break out by
        breakout by
        for every one of
        per each
        one by one
        respectively
        detailed by
        listed by
        according to
        ventilee par
        ventiles par
        decompose par
        decomposee par
        decomposition par
        decompo par
        reparti selon
        selon le
        selon la
        selon l
        suivant le
        suivant la
        suivant l
        par type de
        par type
        comparatif par
        detail
        pour chacun
        pour chacune
        chacun
        chacune
        un par un
        by
        by each
        per
        split by
        split
        split out by
        broken down by
        breakdown
        breakdown by
        break down
        across
        across all
        for each
        for every
        in each
        of each
        each
        grouped by
        group by
        sliced by
        cut by
        side by side
        differ with
        differ by
        vary by
        vary with
        vary across
        depend on
        depends on
        distribution
        par
        par chaque
        selon
        suivant
        en fonction de
        ventile par
        ventiler
        ventile
        ventilation
        ventilation par
        reparti par
        repartition
        repartition par
        decoupe par
        decoupage par
        detail par
        detaille par
        pour chaque
        dans chaque
        de chaque
        chaque
    """,
    "ranking": """
        traine/trainent la patte
        traine/trainent des pieds
        tire/tirent la langue
        lags/lagging the? most?
        lags behind
        drags its feet
        a la traine
        la lanterne rouge
        lanterne rouge
        ferme/ferment la marche
        bottom of the table/class/league/pile
        top of the table/class/league/pile
        en queue de peloton
        en tete de peloton
        bon/mauvais/mauvaise eleve
        best/worst in class
        weak spot
        is? our weak spot
        is? dragging/drags its/their feet
        leaks
        leak
        leaks the most
        leaking
        leaks most
        leakiest
        leaky
        fuit
        fuient
        fuit le plus
        saigne
        bleeds
        bleeds most
        suffers
        suffers most
        souffre
        souffre le plus
        shines
        outperforms
        underperforms
        outperform
        underperform
        surperforme
        sous performe
        strong
        weak
        le plus fidele
        les plus fideles
        plus fidele
        plus fideles
        le plus loyal
        the most loyal
        most loyal
        least loyal
        healthiest
        sickest
        retains best
        retain best
        keeps best
        holds best
        most
        least
        le mieux
        le moins bien
        le plus
        le moins
        les meilleurs
        les pires
        les moins bons
        top to bottom
        from best to worst
        best to worst
        du meilleur au pire
        tops
        bottom
        trails
        loses most
        loses the most
        perd le plus
        perdent le plus
        which
        best
        worst
        best performing
        worst performing
        top performing
        strongest
        weakest
        highest
        lowest
        rank
        ranking
        ranked
        leaderboard
        performs best
        performs worst
        does best
        does worst
        best and worst
        lagging
        quel
        quelle
        quels
        quelles
        le meilleur
        la meilleure
        le pire
        la pire
        meilleur
        meilleure
        pire
        classement
        classement des
        palmares
        classe
        plus fort
        plus faible
        le plus bas
        la plus basse
        le plus haut
        la plus haute
    """,
    "between": """
        between
        entre les? nos?
    """,
    "versus": """
        longer than
        more loyal than
        plus longtemps que/qu
        plus fidele que/qu
        head to head
        head on
        face to face
        one against the other
        l un contre l autre
        l une contre l autre
        tete a tete
        duel
        en duel
        match entre
        up or down on/from/against/versus/vs/compared
        higher or lower than
        higher or lower on/against/versus/vs
        above or below the? same
        ahead of or behind
        en hausse ou en baisse sur/vs/face
        en hausse ou en baisse par rapport a/au/aux
        mieux ou moins bien que/qu
        mieux ou pire que/qu
        plus haut ou plus bas que/qu
        moins bien ou mieux que/qu
        face a/au/aux
        a l oppose de/du/des
        holding/doing better/worse than
        qui gagne/l emporte
        who wins
        which wins
        comparatif
        le comparatif
        un comparatif
        any worse than
        qui gagne
        beat
        beats
        outdo
        outdoes
        ecart
        do better than
        does better than
        fait mieux que
        font mieux que
        mieux ke
        moins bien ke
        mieux ou moins bien kau
        mieux ou moins bien qu au
        mieux qu au
        moins bien qu au
        stack up against
        que au
        qu au
        mieux que
        moins bien que
        put next to
        next to
        a cote de
        compare au
        comparee au
        compares au
        comparees au
        comparee a
        comparees a
        compare aux
        comparee aux
        v
        vs the
        ecart entre
        delta entre
        delta between
        delta
        compared
        comparative
        side by side with
        how does stack up against
        match up against
        measure up against
        or
        ou bien
        par rapport
        que les
        que le
        que la
        mieux que les
        face aux
        oppose a
        comparativement a
        en comparaison de
        comparons
        difference
        vs
        vs.
        versus
        against
        compared to
        compared with
        compare to
        compare with
        compare
        comparing
        comparison
        comparison of
        comparison between
        in comparison with
        better than
        worse than
        better or worse than
        higher than
        lower than
        relative to
        than
        contre
        face a
        face au
        par rapport a
        par rapport au
        par rapport aux
        compare a
        compares a
        compare avec
        comparer
        comparaison
        comparaison de
        comparaison entre
        compare moi
        compare t
        plus que
        meilleur que
        pire que
        que celle
        que ceux
        que celles
    """,
    "yearend": """
        before the year is over/out/done/up/through/finished/closed
        before the year end
        before/by the time the year is over/out/done/up/through/finished
        before/by the time the year ends/closes/finishes
        before the year ends/closes/finishes
        before year end
        before the year s over/out/done/up
        before the end of the year
        before new year
        by new year
        avant que l annee ne? se termine/finisse/acheve
        avant que l annee ne? soit finie/terminee
        avant le? nouvel an
        d ici le? nouvel an
        d ici a? la fin de l annee
        d ici a? fin d annee
        d ici a? fin annee
        avant la fin de l annee
        avant l annee prochaine
        look like at the end of the year
        end up at the end of the year
        ending the year
        ends the year
        retention ending the year
        close the year
        finishing the year
        finish the year
        the year is out
        before the year is out
        year is out
        finit l annee
        on finit l annee
        finir l annee
        finira l annee
        terminer l annee
        on termine l annee
        end the year
        year end
        end of year
        end of the year
        eoy
        by year end
        fin d annee
        fin annee
        fin de l annee
        d ici la fin de l annee
    """,
    "but": """
        but
        mais
    """,
    "aside": """
        to one side
        left/put/set/pushed/laid to one side
        out of the picture/equation/mix/count/numbers/figures/calculation/sample/scope
        laisse/laissee hors du compte
        hors du compte
        hors champ
        is/are/was/were/being? skipped/omitted/subtracted/deducted/disregarded/eliminated/ignored
        is/are/was/were/being? removed/excluded/excepted
        is/are/was/were/being? stripped/taken/left/filtered/carved/netted/backed/factored/weeded/screened out
        is/are/was/were/being? stripped/taken away
        not? considered
        est/sont/etant ecarte/ote/supprime/exclu/retire/deduit/enleve
        ecarte/ote/deduit
        laisses de cote
        laisse de cote
        laissee de cote
        laissees de cote
        mises de cote
        mise de cote
        removed
        taken out
        stripped out
        out
        aside
        apart
        excluded
        excepted
        left out
        set aside
        put aside
        not included
        not counted
        off the table
        exclu
        exclue
        exclus
        exclues
        excepte
        exceptee
        mis a part
        mise a part
        mis de cote
        non compris
        non comprise
        non inclus
        pas compris
        pas inclus
        de cote
        enleve
        enleves
        retire
        retires
    """,
    "others": """
        toutes/tous? les autres regions/pays/segments reunies/confondus
        toutes/tous? les autres offres/clients/secteurs/zones reunies/confondus
        toutes/tous les autres regions/pays/segments/offres/clients/secteurs/zones
        all the? other regions/countries/segments/plans/customers/industries combined/together?
        the other regions/countries/segments/plans/customers/industries combined/together
        everything outside
        everything else
        the others
        tout le reste
        au reste
        du reste
        que le reste
        vs le reste
        le reste de la base
        everyone else
        everybody else
        the rest
        rest
        rest of the company
        rest of the base
        all others
        all the others
        le reste
        reste de la base
        les autres
        tous les autres
        others
    """,
    "apart": """
        side by side
        next to each other
        beside each other
        alongside each other
        one by one
        one after the other
        individually
        separately
        each
        each of
        each of the
        each of these
        each of our
        of each
        of each of the
        in each
        in each of
        in each of the
        for each
        for each of
        for each of the
        for every
        quarter by quarter
        by quarter
        per quarter
        each quarter
        every quarter
        for each quarter
        of each quarter
        quarterly
        year by year
        by year
        per year
        each year
        every year
        yearly view
        cote a cote
        l? un a cote de l? autre
        l? un a cote l? autre
        les uns a cote des autres
        un par un
        un a un
        separement
        individuellement
        chaque
        de chaque
        pour chaque
        dans chaque
        chacun
        chacun de
        chacun des
        chacune
        chacune de
        chacune des
        pour chacun
        pour chacun de
        pour chacun des
        pour chacune
        pour chacune des
        trimestre par trimestre
        par trimestre
        chaque trimestre
        de chaque trimestre
        pour chaque trimestre
        trimestriel
        trimestrielle
        trimestriellement
        annee par annee
        par annee
        chaque annee
        de chaque annee
    """,
    "both": """
        for/in/of/on/across both
        for/in/of/on/across both years/quarters/periods/months/halves
        both years/quarters/periods/months/halves
        pour/sur/dans les deux
        les deux annees/exercices/trimestres/periodes/mois/semestres
        chacun
        chacune des deux annees
    """,
    "mom": """
        month on month
        month over month
        mom
        m o m
        d un mois sur l autre
        mois sur mois
    """,
    "better": """
        kinder/nicer/gentler/friendlier/rosier/brighter/prettier/healthier
        plus clement/favorable/sympa/tendre/rose/reussi/solide
        le/la mieux
        le/la moins bien
        le/la plus reussi/favorable
        a ete le/la meilleur
        treated us better/best
        served us better/best
        better
        worse
        mieux
        moins bien
        pire
        plus mal
    """,
    "monthly": """
        monthly
        mensuel
        mensuelle
        a month
        each month
        every month
        per month
        par mois
        chaque mois
    """,
    "until": """
        au plus tard
        au plus tard en/le/au/a
        thru
        through
        by
        until
        till
        before
        by the end of
        before the end of
        until the end of
        through the end of
        d ici a
        d ici la
        d ici fin
        d ici la fin
        d ici la fin de
        avant
        avant fin
        avant la fin
        avant la fin de
        jusqu a
        jusqu a fin
        jusqu a la fin de
        jusqu en
        jusqu au
    """,
    "largest": """
        plus belles
        plus beaux
        belles
        heaviest
        top paying
        highest paying
        highest mrr
        highest arr
        most valuable
        key
        largest by mrr
        largest by arr
        biggest by mrr
        les plus gros
        les plus grosses
        les plus grands
        les plus importants
        nos plus gros
        nos gros
        gros comptes
        majeurs
        top clients
        top customers
        top accounts
        largest
        biggest
        big
        top
        greatest
        most important
        main
        plus gros
        plus grosses
        plus grosse
        plus grand
        plus grands
        plus grande
        plus grandes
        plus importants
        plus importantes
        principaux
        principales
        principal
        gros
        grosse
        grosses
        premiers
        premieres
    """,
    "over": """
        north or south of
        above or below
        over or under
        more or less than
        au dessus ou en dessous de/des/du
        plus ou moins de
        superieur ou inferieur a
        plus haut que
        took/bought/added/spent/paid more than
        ont pris/ajoute/achete plus de
        au dessus de la barre des
        au dela des
        paying/pays/paid/spending/spends us? more than
        paient/payent/paie/depensent/depense plus de
        au dela de
        au dessus des/du
        superieur au/aux/a
        north of
        upwards of
        no less than
        over
        more than
        above
        exceeding
        greater than
        bigger than
        larger than
        worth more than
        worth over
        in excess of
        at least
        >
        >=
        plus de
        superieur a
        superieurs a
        superieure a
        superieures a
        au dessus de
        depassant
        depasse
        au moins
    """,
    "under": """
        plus bas que
        sous les/la/le
        en dessous des
        en dessous de la barre des
        sous la barre des
        paying/pays/paid/spending/spends us? less than
        paient/payent/paie/depensent/depense moins de
        sous
        sous la barre des/de
        en dessous des/du
        au dessous
        inferieur au/aux/a
        south of
        no more than
        at most
        au plus
        under
        less than
        below
        smaller than
        fewer than
        worth less than
        <
        moins de
        inferieur a
        inferieurs a
        en dessous de
    """,
    "qoq": """
        qoq
        q o q
        quarter on quarter
        quarter over quarter
        quarter to quarter
        vs previous quarter
        vs prior quarter
        vs last quarter
        than last quarter
        d un trimestre a l autre
        trimestre sur trimestre
        par rapport au trimestre precedent
    """,
    "periodbefore": """
        les 12/douze d avant
        les 6/six/3/trois d avant
        12/twelve months before that/those/them/then
        12/twelve before that/those/them/then
        12/twelve months before
        12/twelve before
        12/twelve prior/previous/preceding
        12/twelve months prior/preceding
        prior/preceding/previous 12/twelve months
        prior/preceding/previous 12/twelve
        year before that
        quarter/month/half before that
        one before that
        one before
        12/douze d avant
        12/douze mois d avant
        12/douze precedents
        12/douze mois qui precedent
        12/douze qui precedent
        celui d avant
        celle d avant
        le trimestre/semestre/mois d avant
        trimestre/semestre/mois d avant
        l annee d avant
        6/six/3/trois mois d avant
        6/six/3/trois d avant
        6/six/3/three months before that/those/them/then
        6/six/3/three before that/those/them/then
        6/six/3/three months before
    """,
    "yoy": """
        a la meme epoque
        l an passe/dernier a la meme epoque/date/periode
        l annee passee/derniere a la meme epoque/date/periode
        a la meme epoque/date/periode l an passe/dernier
        a la meme epoque/date/periode il y a un an
        a la meme epoque/date/periode l annee passee/derniere
        meme epoque l an passe/dernier
        meme epoque l annee derniere/passee
        a pareille epoque
        a pareille epoque l an dernier/passe
        this time last year
        same time a/one year ago
        same time the? year before
        same point last year
        at this/the? same? point last year
        at this stage last year
        around this time last year
        same stage last year
        same time in the? previous/prior year
        meme mois l an dernier/passe
        meme mois de? l annee derniere/passee/precedente
        meme mois il y a un an
        meme mois un an plus tot/avant
        meme periode l an dernier/passe
        meme periode de l an dernier/passe
        meme periode de? l annee derniere/passee/precedente
        meme periode un an plus tot/avant
        meme semestre l an dernier/passe
        meme semestre de l an dernier/passe
        meme semestre de? l annee derniere/passee/precedente
        same month last year
        same month a/one/1 year ago/earlier/before
        same month of/in? the? last/previous/prior year
        same month the? year before
        same period a/one/1 year ago/earlier/before
        same period of/in? the? last/previous/prior year
        same half last year
        same half a/one/1 year ago/earlier/before
        y a un an
        ya un an
        a year back
        one year back
        12 months ago
        twelve months ago
        il y a 12 mois
        il y a douze mois
        yoy
        y o y
        year on year
        year over year
        year to year
        than a year ago
        than a year earlier
        than the year before
        from a year ago
        a year ago
        a year earlier
        one year ago
        same time last year
        same period last year
        d une annee sur l autre
        annee sur annee
        sur un an glissant vs
        il y a un an
        un an plus tot
        un an avant
        qu il y a un an
        meme periode l an dernier
    """,
    "samequarter": """
        the same quarter last year
        the same quarter of/in? the? last/previous/prior year
        the same quarter one/1/a year ago/earlier/before
        the same quarter the? year before
        same quarter the? year before/prior
        last year s same quarter
        le meme trimestre l an dernier/passe
        le meme trimestre de l an dernier/passe
        le meme trimestre de? l annee derniere/passee/precedente
        au/du meme trimestre l an dernier/passe
        au/du meme trimestre de l an dernier/passe
        au/du meme trimestre de? l annee derniere/passee/precedente
        same quarter of/in? the? last/previous/prior year
        same quarter one/1 year ago/earlier/before
        same quarter a year ago/earlier/before
        meme trimestre l an passe
        meme trimestre de l an passe
        meme trimestre de? l annee passee/precedente
        meme trimestre un an plus tot/avant
        same quarter last year
        same quarter of last year
        same quarter a year ago
        same quarter the year before
        year ago quarter
        meme trimestre l an dernier
        meme trimestre de l an dernier
        meme trimestre l annee derniere
        meme trimestre de l annee derniere
        meme trimestre il y a un an
    """,
    "notonly": """
        not just/only/merely/solely
        not limited to
        not restricted to
        pas seulement/uniquement/que/juste
    """,
    "twoyears": """
        same quarter/month/period/half/time two/2 years ago/earlier/before/prior
        two/2 years ago/earlier
        quarter/month two/2 years ago/earlier/before
        meme trimestre/mois/periode/semestre il y a deux/2 ans
        meme trimestre/mois/periode/semestre deux/2 ans plus tot
        meme trimestre/mois/periode/semestre deux/2 ans avant
        il y a deux/2 ans
        deux/2 ans plus tot
        deux/2 ans avant
    """,
    "without": """
        if/when/once we/you/i forget about
        si on/j oublie/oubliait
        si on/je fait/fais l impasse sur
        en faisant l impasse sur
        l impasse sur
        impasse sur
        take/taking/strip/stripping away
        je/on ne veux/veut pas
        je/on ne veux/veut ni
        i/we don t want/need
        i/we do not want/need
        i/we don t care about
        don t want/need
        do not want/need
        skipping/omitting/subtracting/deducting/removing/eliminating/discarding/disregarding/bypassing/dismissing
        stripping/taking/leaving/filtering/carving/cutting/factoring/backing/netting/weeding/screening/keeping out
        stripping/taking/setting/leaving/brushing aside/away
        skip/omit/subtract/deduct/discard/disregard/ignore
        strip/take/leave/filter/carve/factor/weed/screen/keep out
        if/once/when/after you/we/i skip/omit/subtract/deduct/disregard/exclude/ignore/remove
        with no
        exception faite de/du/des
        deduction faite de/du/des
        defalque
        en? retirant/ecartant/otant/supprimant/sortant/eliminant/omettant/negligeant/soustrayant/deduisant/retranchant
        en ignorant/oubliant/exceptant
        oublie/oublions/ignore/ignorons/ecarte/ecartons/retire/retirons/enlevons
        si on/j ecarte/ote/oublie/ignore/supprime
        sans parler de/du/des
        sans prendre/considerer/regarder
        neither
        nor
        ni
        ailleurs qu en/au/aux/a/avec/chez
        ailleurs que chez/dans/en/sur
        ailleurs que
        partout ailleurs qu en/au/aux
        partout ailleurs que chez/dans/sur
        elsewhere than
        anywhere but
        anywhere except
        anywhere other than
        anywhere outside
        everywhere outside
        everywhere else than
        every/any/all region/segment/country/plan/industry but/except/bar
        all but
        everyone who isn t
        ne/n sont/est pas dans/chez/en/sur
        ne/n sont/est pas a/au/aux
        ne/n sont/est pas
        ne font/fait pas partie
        ne/n appartiennent/appartient pas a/au/aux
        leaving/setting/putting/taking aside
        leaving/taking out
        with the? exclusion of
        en laissant de cote
        en mettant de cote
        en faisant abstraction
        abstraction faite
        sans prendre en compte
        si on laisse de cote
        si on met de cote
        si on retire
        si on enleve
        if you/we exclude/ignore/remove/drop
        if you/we leave out
        if you/we take out
        who/that are/is not in/on/from
        aren t in/on/from
        aren t
        are not
        everything but
        anything but
        everywhere but
        everyone but
        besides
        beside
        other than the
        bar
        all bar
        outside the
        outside of the
        less the
        minus the
        moins le
        moins la
        ex
        except our
        not on
        not on the
        not in
        not in the
        not from
        pas en
        pas dans
        pas chez
        pas sur
        pas les
        pas le
        pas la
        non plus
        nothing but
        any but
        but for
        save for
        barring
        setting aside
        set aside
        with the exception of
        exclusive of
        net of
        other
        partout sauf
        hormis les
        sauf chez
        sauf dans
        sauf en
        sauf les
        hors les
        a l exclusion de
        a l exclusion des
        moins les
        si on exclut
        exclure
        en enlevant
        enleve
        excluons
        exclus les
        ne compte pas
        sans tenir compte de
        sans inclure
        everywhere except
        partout hors
        doesn t
        isn t
        don t
        not
        non
        no
        except
        except for
        excepting
        excluding
        excl
        exclude
        without
        without counting
        outside
        outside of
        other than
        apart from
        aside from
        ignoring
        minus
        leaving out
        but not
        not counting
        not including
        everybody but
        anyone but
        everyone except
        everybody except
        all except
        everyone other than
        sauf
        hors
        sans
        sans les
        sans compter
        en dehors de
        en dehors des
        excepte
        hormis
        excluant
        en excluant
        a l exception de
        a l exception des
        a part
        a part les
        tout sauf
        tous sauf
        mis a part
        autre que
        autres que
        pas
        ne
        n
        jamais
        never
        aucun
        aucune
        nobody
        nul
        doesn
        don
        didn
        isn
        aren
        wasn
        hasn
        haven
        won t
        can t
        cannot
    """,
    "company": """
        toute notre boite
        l ensemble de la boite
        boite entiere
        group
        notre/votre/mon/cette entreprise
        l entreprise
        de l entreprise
        pour l entreprise
        dans l entreprise
        au niveau de l entreprise
        l entreprise entiere
        l entreprise dans son ensemble
        notre societe
        notre boite
        la boite
        toute la boite
        tout le monde
        au reste
        que le reste
        everyone else
        everybody else
        all the others
        all other segments
        all others
        whole company
        the whole company
        company average
        overall
        total company
        the company
        company as a whole
        the rest
        rest
        rest of the company
        the others
        ensemble de la societe
        toute la societe
        toute l entreprise
        l ensemble
        la moyenne
        le reste
        reste de la base
        les autres
    """,
    "mine": """
        accounts of mine
        customers of mine
        i own
        i manage
        accounts i manage
        mes
        que je gere
        dont je m occupe
        my account
        my accounts
        my customer
        my customers
        my client
        my clients
        my book
        my portfolio
        my renewals
        my team s accounts
        mes comptes
        mes clients
        mon portefeuille
        mes renouvellements
    """,
    "customers": """
        clientele
        la clientele
        notre clientele
        clients/comptes factures
        every account/customer/client/logo
        chaque compte/client
        churn accounts
        comptes churn
        churn customers
        clients churn
        accts
        acct
        abo
        abos
        payers
        paying customers
        clients payants
        parc
        parc client
        base client
        book d
        portefeuille client
        folks
        users
        user
        utilisateurs
        names
        name
        tenant
        tenants
        buyers
        boites
        boite
        firms
        firm
        organisations
        organizations
        org
        orgs
        people
        guys
        gens
        structures
        customer
        customers
        client
        clients
        account
        accounts
        logo
        logos
        company
        companies
        compte
        comptes
        cliente
        entreprise cliente
        entreprises clientes
        societe
        societes
        subscriber
        subscribers
        abonne
        abonnes
    """,
    "paying": """
        what does spend
        spend with us
        spends with us
        paying
        pay
        pays
        paid
        worth
        bring in
        brings in
        spend
        spends
        paie
        paient
        payent
        paye
        payer
        depense
        depensent
        rapporte
        rapportent
        pese
        pesent
    """,
}

# Requests that are refused: category -> phrases. The category chooses the sentence.
REFUSED: Mapping[str, str] = {
    "action": """
        delete
        remove
        erase
        drop table
        drop the table
        truncate
        wipe
        purge
        overwrite
        update the
        update my
        update this
        set
        change the
        change this
        edit
        modify
        rename
        correct the
        fix the
        add a
        add an
        add the
        create
        insert
        write to
        write an email
        write a mail
        draft
        send
        send an email
        email
        mail
        e mail
        remind me
        schedule
        book a meeting
        invite
        export
        download
        upload
        share with
        post
        publish
        resync
        restart
        reboot
        shut down
        turn off
        run
        execute
        install
        call the customer
        refund
        invoice the
        subscribe me
        unsubscribe
        supprime
        supprimer
        supprimez
        efface
        effacer
        enleve
        enlever
        retire
        vide
        vider
        mets a jour
        mettre a jour
        met a jour
        modifie
        modifier
        modifiez
        change le
        change la
        changer
        corrige
        corriger
        ajoute
        ajouter
        ajoutez
        cree
        creer
        ecris
        ecrire
        redige
        rediger
        envoie
        envoyer
        envoyez
        planifie
        exporte
        exporter
        telecharge
        partage
        publie
        relance
        redemarre
        lance
        rembourse
        desactive
        mets
        remplace
        renomme
    """,
    "absent": """
        cash/burn runway
        pounds
        sterling
        yen/yens
        constant currency/currencies
        devise constante
        devises constantes
        devise
        devises
        contracted arr/mrr/revenue/kind
        hors taxe/taxes
        nous doit/doivent
        owe/owes us
        owe/owes
        have/has left to pay/bill/invoice/collect
        quick ratio
        ratio rapide
        left to pay/bill/invoice/collect/charge
        reste a payer/encaisser/facturer/recouvrer/regler
        restent a payer/encaisser/facturer
        doit encore payer/regler
        resultat/benefice/profit net/brut/comptable/fiscal/operationnel
        resultat d exploitation
        net/gross/operating/taxable profit/income/earnings/loss/margin
        earnings
        net earnings
        chiffre d affaires facture/encaisse/signe/previsionnel/comptable/total
        ca facture/encaisse/signe/comptable
        revenu facture/encaisse/comptable
        revenus factures/encaisses
        invoiced/billed/collected/booked/recognised/recognized/deferred revenue/sales/turnover/amount
        revenue recognised/recognized/invoiced/billed/collected/booked
        turnover invoiced/billed
        market share
        share of market
        share of the market
        share of wallet
        part de marche
        taille de marche
        taille du marche
        market size
        combien de/d commerciaux/vendeurs/csm/reps/employes/salaries/collaborateurs
        combien de/d consultants/bureaux/recrutements/embauches
        nombre de/d commerciaux/vendeurs/csm/reps/employes/salaries/collaborateurs/consultants/bureaux
        how many reps/salespeople/csms/aes/sellers/employees/engineers/people/offices/hires
        how many sales reps/people
        how many account executives/managers
        how many people work
        number of reps/salespeople/csms/aes/sellers/employees/engineers/offices/hires
        number of sales reps/people
        number of account executives/managers
        gross margin
        net margin
        margin
        margins
        marge
        marges
        marge brute
        marge nette
        marge commerciale
        profit
        profits
        profitability
        ebitda
        cac
        customer acquisition cost
        ltv
        clv
        lifetime value
        payback
        magic number
        rule of 40
        burn
        burn rate
        runway
        cash
        cash flow
        tresorerie
        cost
        costs
        couts
        charges
        expenses
        salary
        salaries
        salaire
        salaires
        wages
        headcount
        employee
        employees
        employes
        effectif
        effectifs
        staff
        hiring
        recrutement
        phone
        phone number
        telephone
        numero de telephone
        email address
        adresse
        address
        contact
        contacts
        buyer
        decision maker
        interlocuteur
        stock price
        share price
        valuation
        valorisation
        stock
        bourse
        cours de l action
        pipeline
        lead
        prospects
        prospect
        deal
        deals
        bookings
        billings
        invoice
        invoices
        facture
        factures
        unpaid
        overdue
        impayes
        dso
        conversion
        conversion rate
        taux de conversion
        traffic
        website
        visits
        visites
        trafic
        trial
        trials
        essais
        ticket
        tickets
        support tickets
        csat
        satisfaction
        nps
        net promoter score
        dau
        mau
        active users
        utilisateurs actifs
        login
        logins
        usage hours
        discount
        discounts
        remise
        remises
        price
        prices
        pricing page
        prix
        price increase
        tax
        taxes
        tva
        impots
        vat
        exchange rate
        taux de change
        inflation
        marketing
        marketing spend
        budget marketing
        ads
        campaign
        quota of
        sales rep
        commission
        commissions
        bonus
        password
        ndas
        contract text
        contrat signe
        sla
    """,
    "elsewhere": """
        weather
        meteo
        temps qu il fait
        joke
        blague
        poem
        poeme
        recipe
        recette
        football
        soccer
        match
        restaurant
        lunch
        dejeuner
        diner
        news
        president
        capital of
        capitale
        bitcoin
        crypto
        movie
        film
        song
        chanson
        translate
        traduis
        traduire
        time is it
        quelle heure
        heure est il
        holiday
        vacances
        train
        flight
        horoscope
        birthday
        anniversaire
        meaning of life
        sens de la vie
        code
        python
        javascript
        snowflake
        datadog
        twilio
        salesforce
        hubspot
        slack
        zendesk
        zoom
        mongodb
        google
        microsoft
    """,
    "secret": """
        password
        passwords
        mot de passe
        mots de passe
        token
        tokens
        jeton
        jetons
        secret
        secrets
        credential
        credentials
        identifiant
        identifiants
        api key
        api keys
        cle api
        cles api
        cle d api
        private key
        cle privee
        service account
        compte de service
        environment variable
        environment variables
        variable d environnement
        variables d environnement
        env
        config file
        configuration file
        fichier de configuration
        system prompt
        prompt
        your instructions
        tes instructions
        tes consignes
        consignes
        source code
        code source
        database
        base de donnees
        server
        serveur
        /etc/passwd
    """,
    "injection": """
        ignore
        ignore previous
        ignore all
        forget
        disregard
        oublie
        oubliez
        ignorez
        pretend
        act as
        you are now
        jailbreak
        developer mode
        admin
        root
        sudo
        system
        select
        union
        from accounts
        drop
        where 1
        script
        cat
        rm
        curl
        bash
        eval
        exec
        bypass
        override
        fais comme si
        fais semblant
        tu es maintenant
        comporte toi
    """,
    "finer": """
        yesterday
        today s
        hier
        avant hier
        day
        days
        daily
        per day
        by day
        jour
        jours
        par jour
        quotidien
        week
        weeks
        weekly
        last week
        this week
        semaine
        semaines
        cette semaine
        la semaine derniere
        hebdomadaire
        hour
        hours
        heure
        heures
        this morning
        ce matin
        minute
        minutes
        tomorrow
        demain
    """,
}

COURTESIES = """
    my bad
    ignore that
    my bad ignore that
    never mind
    nevermind
    oublie
    laisse tomber
    oublie ca
    forget it
    scratch that
    au temps pour moi
    autant pour moi
    gm
    gm team/all/everyone
    gn
    i? really? appreciate it/that/this
    much appreciated
    happy monday/tuesday/wednesday/thursday/friday/weekend folks/all/team/everyone?
    that s me sorted
    brilliant that s me sorted
    that s me done
    i m all sorted/set
    all sorted
    merci infiniment
    mille mercis
    super/beau/sacre/joli/excellent boulot/travail
    bon courage
    bon courage pour/a
    bon courage pour la fin de? journee/semaine
    bonne fin de journee/semaine
    es tu une? ia/ai/robot/bot/humain/machine
    tu es une? ia/robot/bot/humain
    t es une? ia/robot/bot/humain
    are you an? ai/robot/bot/machine
    comment on se sert de toi/ca
    comment se sert on de toi
    comment on t utilise
    comment t utiliser
    comment je me sers de toi
    how do i/we/you use you/this
    je compte sur toi/vous
    on compte sur toi/vous
    counting on you
    i m counting on you
    desole/desolee/pardon pour le derangement
    desole/desolee pour le retard
    desole/desolee de te/vous deranger
    sorry to bother you
    sorry for the trouble/bother/delay/noise/spam
    sorry for bothering you
    merci pour ta/votre/ton patience/reactivite/temps
    thanks for your patience/time
    thans
    thnks
    thanx
    tks
    thansk
    thaks
    what are you able to do
    are you a human
    are you human
    are you a person
    are you a real person
    parfait c note
    c note
    c est note
    note
    parfait
    vous etes qui
    t es un humain
    es tu humain
    you a bot
    r u a bot
    r u human
    are you a human or a bot
    human or bot
    human or a bot
    sorry wrong channel
    wrong channel
    wrong chat
    wrong window
    mauvais canal
    mauvaise fenetre
    vous etes un robot
    vous etes un bot
    tu es un bot
    t es un bot
    es tu un bot
    etes vous un robot
    d acc
    dacc
    acc
    thumbs up
    roger
    copy that
    bien compris
    nice bot
    good human
    see you tomorrow
    see you monday
    a demain
    talk tomorrow
    talk soon
    ttyl
    brb
    good luck
    courage
    congrats
    congratulations
    felicitations
    happy birthday
    joyeux noel
    merry christmas
    happy new year
    bonne annee
    bonnes vacances
    enjoy
    peace
    take care
    prends soin de toi
    mille fois merci
    t es un chef
    t es une star
    you re a star
    star
    boss
    chef
    champion
    good stuff
    great stuff
    lovely
    wonderful
    fantastic
    fabulous
    marvelous
    splendid
    superb
    magnifique
    formidable
    incroyable
    fantastique
    extra
    nice to meet you
    enchante
    pleased to meet you
    how do you do
    what s new
    whats new
    how have you been
    long time no see
    tu fais quoi de beau
    quoi de beau
    la forme
    en forme
    t es en forme
    tu vas comment
    comment tu vas
    tout roule
    ca baigne
    cheers mate
    mate
    hey bot
    hello bot
    hi bot
    salut le bot
    bonjour le bot
    bot
    nrrbot
    you re a lifesaver
    lifesaver
    you re awesome
    you re amazing
    you re great
    you are the best
    you are great
    you are awesome
    legend
    you legend
    you re a legend
    have a nice weekend
    have a great weekend
    have a good weekend
    happy friday
    tgif
    happy monday
    weekend
    everyone
    everybody
    have a great day
    have a good day
    good weekend
    enjoy your weekend
    bon weekend
    bon we
    bonne semaine
    bonne fin de journee
    bonne fin de semaine
    bon appetit
    bon dimanche
    a lundi
    a plus tard
    a tout a l heure
    a toute
    tu sers a quoi
    a quoi tu sers
    a quoi sers tu
    tu sers a quoi toi
    tu fais quoi
    tu fais quoi toi
    que fais tu
    qu est ce que tu fais
    what do you do
    what are you for
    what s your purpose
    what is your purpose
    what s your job
    introduce yourself
    presente toi
    presentez vous
    tell me about yourself
    parle moi de toi
    ur great
    u r great
    u there
    r u there
    you good
    you ok
    all good
    all good thanks
    tout va bien
    tout est bon
    c est bon merci
    c est parfait
    c est super
    c est top
    c est genial
    trop cool
    trop bien merci
    cool thanks
    great thanks
    great thank you
    perfect thanks
    perfect thank you
    awesome thanks
    super thanks
    nice thanks
    ok thank you
    thank u
    thank you very much
    thanks so much
    thanks again
    thanks everyone
    thanks all
    thanks mate
    thanks buddy
    thanks bot
    merci bot
    merci le bot
    merci a toi
    merci a vous
    merci encore
    merci pour tout
    merci pour ton aide
    merci pour l aide
    merci de ton aide
    thanks for the help
    thanks for your help
    thanks for that
    thank you for your help
    gracias
    danke
    grazie
    ola
    hola
    aloha
    wesh
    yop
    hello hello
    re
    re bonjour
    rebonjour
    bjr
    slt
    cc
    bsr
    mrc
    mci
    dsl
    np
    nvm
    gg
    bg
    tu es genial
    tu es super
    tu es top
    t es genial
    t es top
    t es super
    t es le meilleur
    tu geres
    good one
    smart
    clever
    impressive
    interesting
    interessant
    noted
    bien note
    ok c est note
    ok cool
    ok super
    ok parfait
    ok top
    okay cool
    okay great
    okay thanks
    alright
    alright then
    right then
    fair enough
    makes sense thanks
    yes
    yep
    yeah
    yup
    oui
    ouais
    non merci
    no thanks
    no thank you
    nope
    sure
    bien sur
    of course
    exactly
    exactement
    tout a fait
    absolument
    absolutely
    indeed
    en effet
    ah ok
    ah d accord
    oh ok
    oh nice
    oh wow
    aha
    ha
    hmm
    hmm ok
    hm
    mouais
    bof
    zut
    oops
    oups
    my bad
    excuse me
    excusez moi
    excuse moi
    sorry about that
    hi
    hello
    hey
    hiya
    yo
    howdy
    hi there
    hello there
    hey there
    hi all
    hi team
    hello team
    hey team
    hello all
    hi everyone
    hi folks
    good morning
    good morning all
    good afternoon
    good evening
    morning
    good day
    good night
    thanks
    thank you
    thank you so much
    thanks a lot
    thanks a bunch
    many thanks
    thx
    thnx
    ty
    tysm
    cheers
    appreciated
    super helpful
    very helpful
    helpful
    that helps
    that s great
    that s helpful
    great
    great job
    great work
    good job
    good bot
    good work
    nice
    nice one
    nice work
    well done
    awesome
    amazing
    perfect
    excellent
    brilliant
    cool
    ok
    okay
    ok great
    ok thanks
    got it
    understood
    makes sense
    i see
    sounds good
    no worries
    no problem
    never mind
    nevermind
    sorry
    lol
    haha
    wow
    bye
    goodbye
    see you
    see you later
    see ya
    have a nice day
    have a good one
    love it
    love you
    you re the best
    you rock
    how are you
    how are you doing
    how are you today
    how s it going
    how is it going
    what s up
    sup
    who are you
    what are you
    who is this
    what s your name
    what is your name
    who made you
    who built you
    are you a bot
    are you a robot
    are you there
    are you real
    are you an ai
    you there
    test
    testing
    ping
    salut
    coucou
    bonjour
    bonsoir
    bonne journee
    bonne soiree
    bon week end
    bonne nuit
    hello tout le monde
    bonjour a tous
    bonjour tout le monde
    salut l equipe
    salut tout le monde
    bonjour l equipe
    merci
    merci beaucoup
    merci bien
    merci bcp
    un grand merci
    super
    super merci
    top
    genial
    nickel
    impeccable
    bravo
    bien joue
    beau travail
    bon travail
    bon boulot
    trop bien
    trop fort
    chouette
    cool merci
    ca marche
    d accord
    dac
    daccord
    ok merci
    compris
    entendu
    je vois
    bien recu
    pas de souci
    pas de probleme
    desole
    pardon
    au revoir
    a bientot
    bye bye
    ciao
    mdr
    ptdr
    ca va
    ca va bien
    salut ca va
    comment ca va
    comment vas tu
    comment allez vous
    tu vas bien
    vous allez bien
    quoi de neuf
    ca roule
    t es qui
    t es qui toi
    tu es qui
    tu es qui toi
    qui es tu
    qui etes vous
    c est qui
    c est quoi ton nom
    comment tu t appelles
    comment t appelles tu
    tu t appelles comment
    es tu un robot
    tu es un robot
    t es un robot
    t es la
    tu es la
    es tu la
    tu m entends
    je t aime
    je t adore
"""

# Phrases around a question, and words without effect on its meaning.
PASSED = f"""{CLAIMS}
    i meet/see them/him/her
    i m meeting/seeing them/him/her
    for the board/exec/investor/management/qbr pack/book/papers
    end/ended up
    where did/does/do
    toutes offres/formules/regions/zones/industries/branches
    tous segments/pays/secteurs/plans/commerciaux/owners
    board pack/book/report/paper
    donne/donnent/donnait/donnaient quoi
    enfin bref
    could/can/may/might i trouble/bother/ask/pester you for/to
    back in/at/on
    i/we should/can/could/may quote/use/report/give/put/show
    to quote/report/present/communicate
    a citer/communiquer/annoncer
    biggest/largest/heaviest first
    by size
    sorted/ordered/ranked by size
    par ordre decroissant
    du plus gros au plus petit
    les plus gros d abord/en premier
    nous attendent/attend
    costing us mrr/revenue/money/arr? through/via
    s eleve/elevent t? il/elle/ils/on? a?
    se monte/montent t? il/elle/ils/on? a?
    se chiffre/chiffrent a?
    s etablit/etablissent a?
    se situe/situent a?
    amounts/amounted to
    comes/came in at
    works/worked out at/to
    une? fois de plus
    au juste
    for/on/in/into a/an/the/my/our/this/that/his/her/one/another slide/slidedeck
    for/on/in/into a/an/the/my/our/this hands/board/sales/team/kickoff/investor/finance slide
    for/on/in/into a/an/the/my/our/this exec/qbr/summary/title/opening/closing/next/last/first slide
    for/on/in/into a/an/the/my/our/this all hands slide/deck
    for/on/in/into a/an/the/my/our/this/all all? hands
    for slides
    slide deck
    in front of the/our/my board/investors/boss/team/committee/ceo/cfo/shareholders/auditors/management
    devant le/la/les/l/nos/notre/mon/ma/mes board/conseil/comite/codir/comex/equipe/investisseurs
    devant le/la/les/l/nos/notre/mon/ma/mes actionnaires/boss/patron/chef/cheffe/direction/dg/banquiers
    au/en codir/comex/board/conseil
    le/la/du/de/notre/mon/ma/un/une directeur/directrice financier/commercial/general
    le/la/du/de/notre/mon/ma/un/une directeur/directrice generale/technique/marketing/adjoint
    directeur/directrice/direction financier/commercial/general
    directeur/directrice/direction generale/technique/marketing/adjoint
    responsable financier/marketing/commercial
    directeur/directrice/responsable/chef des/du/de/la ventes/finances/marketing/clientele/client
    directeur/directrice de la relation/experience/reussite client
    directeur/directrice administratif/administrative et financier
    controleur/controleuse de gestion
    controle de gestion
    finance/sales/marketing/managing/regional/commercial director/manager
    head of finance/sales/marketing/success/cs/revenue/growth/operations/ops/product/revops
    head of customer success
    vp/svp/evp of? finance/sales/marketing/success/cs/revenue/growth/operations/ops/product
    chief financial/revenue/operating/executive/customer/commercial officer
    financial controller
    our/the bank/banker/lender wants/asks/asked/needs
    notre/la/nos banque/banquier veut/veulent/demande/demandent
    if so
    and if so
    if yes
    in that case
    si oui
    et si oui
    si c est le cas
    dans ce cas
    yen a
    yen a eu
    yen a t il
    y en a
    y en a eu
    y en a t il
    yen avait
    y en avait
    kelk1/kelkun/kelqun/qqun/qq1/qqn/qlqn l/la/le/les a
    kelk1/kelkun/kelqun/qqun/qq1/qqn/qlqn sait/saurait/peut/pourrait/connait/aurait
    kelk1/kelkun/kelqun/qqun/qq1/qqn/qlqn sous la main
    quelqu un l/les a/aurait
    quelqu un sait/saurait/peut/pourrait/connait/aurait
    quelqu un pourrait me dire/donner/sortir
    anyone/anybody/someone/somebody got/have/has it/that/this
    anyone/anybody know
    can/could anyone/anybody/someone/somebody
    could/can someone tell/give/show/send me
    avec/chez/pour eux/lui/elle
    eux
    entre nous
    between us
    between you and me
    sales/finance/marketing/cs/success/support/product here
    here sales/finance/marketing/cs/support
    compta/finance/commercial/support/produit ici
    y a/avait de quoi
    il y a/avait de quoi
    se vanter
    to brag about
    worth bragging about
    on our side
    cote nous
    for the audit/minutes/record
    pour le pv
    pour le proces verbal
    from memory
    de memoire
    de tete
    first thing
    en premier lieu
    ca irait
    ca le ferait
    no rush
    no hurry
    when you can
    when you get a chance/minute/moment/sec/second
    when you have a minute/moment/sec/second
    if you have a minute/moment/sec/second
    if it s not too much trouble
    if that s ok/okay/possible
    if you don t mind
    whenever you re ready
    rien ne presse
    pas d urgence
    pas urgent
    quand tu peux
    quand vous pouvez
    quand tu as/auras une/deux minute/seconde
    quand tu as le temps
    si tu as/avez une/deux minute/seconde
    si ca ne/t t? embete pas
    si ca te derange pas
    si c est possible
    si tu peux
    si vous pouvez
    desole/desolee de/pour te/vous deranger
    desole/desolee de deranger
    sorry to bother/disturb/ask/trouble you?
    thanks a lot/bunch/million/ton
    thank you so/very much
    merci beaucoup
    merci bien
    merci a toi/vous
    mille mercis
    is left in/of/with/at
    on my phone
    sorry on my phone
    sorry i m on my phone
    qbr in 10/15/20/30/5 min/mins/minutes
    in 10/15/20/30/5 min/mins/minutes
    i meet them/him/her at 1pm/2pm/3pm/4pm/5pm/9am/10am/11am/noon
    i meet them/him/her today/tomorrow
    je le/la presente lundi/mardi/mercredi/jeudi/vendredi
    je les presente lundi/mardi/mercredi/jeudi/vendredi
    i present it on? monday/tuesday/wednesday/thursday/friday
    isn t yours/ours/mine
    is not yours/ours
    isn t the same as yours/ours
    n est pas le votre/tien/notre
    n est pas la votre/tienne/notre
    but only/just for/in/on/with
    mais seulement/uniquement/juste pour/en/sur/chez/avec
    mais que pour/en/sur/chez
    long standing
    longstanding
    subs
    subscribers
    sits with
    sits in
    donnait quoi
    ca donnait quoi
    ca donnait
    donnait
    c est quoi la/le/notre/nos/l
    j ai rdv demain avec
    j ai rendez vous demain avec
    i have a meeting/call tomorrow with
    rdv demain avec
    a la? derniere cloture
    derniere cloture
    at the? last close
    as of the? last close
    ca change quoi au/a/pour
    ca change quoi
    la sante du compte
    sante du compte
    un topo
    un topo sur
    topo sur
    health of the? account
    hope you had a good/great/nice/lovely weekend/day/week/holiday
    hope your weekend was good/great
    noob question
    noob
    what do/would we gain
    what would that give us
    qu est ce qu on gagne
    on gagne quoi
    combien on gagne
    on y gagne quoi
    pour la derniere fois
    for the last time
    en general
    generalement
    on a fini/termine/cloture
    on a/an/the basis
    basis
    business as usual
    on my/our side
    for starters
    give/giving the board a/the green light
    a/the? green light
    feu vert
    looks/look/looking after
    looked after by
    suivi/suivis/suivies/gere/geres/gerees/pilote/pilotes par
    arrete/arretee/arretes/arretees a/au/en
    qui viennent/vient/arrivent
    en meme temps
    at the same time
    at once
    both together
    habituellement
    d habitude
    usually
    before/for/on/after the/our/my/a board/team/staff/exec/leadership/client/sales/investor call/calls
    before/for/on/after the/our/my/a call
    quick one/question/thing
    sits/sit on/in/at
    we sit/stand/land/hover/are at
    portent/porte/pese/pesent
    due
    what happens at
    included
    inclus/incluse/incluses
    a/the/our board member/members
    board member/members
    is/are grilling/pestering/pressing/chasing/bugging/hounding/quizzing me/us on/about/for/over
    grilling/pestering/pressing/chasing/bugging/hounding/quizzing me/us on/about/for/over
    keeps grilling/pestering/pressing/chasing/bugging/hounding/quizzing me/us on/about/for/over
    just joined the/a cs/sales/finance/success/data/ops/revops team
    my/our manager/boss wants/needs/asked
    kel e
    kels/kelle sont
    post mortem/mortems
    pre read/reads
    dispo pour
    can you help
    peux tu m aider
    dragging its/their? feet
    soit a ce niveau
    c est possible
    la? compta
    quick check
    quick sanity
    point rapide
    point vite fait
    trying to
    try to
    i m trying to
    we re trying to
    trying
    reconcile
    to reconcile
    reconciling
    reconcile with
    with finance
    avec la finance
    putting together
    i d love to
    i would love to
    would love to
    love to see/know/have/get
    happy to see
    quick
    quick sanity check
    sanity check
    rapide
    rapides
    petit point rapide
    vite
    ressortir
    ressors
    ressors moi
    me ressortir
    ressortez
    redonne
    redonne moi
    redonner
    me redonner
    redis
    redis moi
    redire
    me redire
    remontre moi
    on my desk
    do we still? have left
    we still? have left
    have we still? left
    we ve got left
    do we still? have remaining
    il nous reste
    nous reste
    nous reste t il
    reste t il
    en reste t il
    comite de direction
    le comite de direction
    du comite de direction
    pour le comite de direction
    comite executif
    la direction
    de la direction
    pour la direction
    a la direction
    direction generale/financiere/commerciale
    someone or something
    or something
    ou quelque chose
    sales direction
    steering
    c
    cb
    taken together
    pris ensemble
    prises ensemble
    reunis
    reunies
    reuni
    calc
    by name
    par nom
    nominativement
    nominatif
    nominative
    wise
    retention wise
    revenue wise
    compte rendu
    le compte rendu
    un compte rendu
    ordre du jour
    l ordre du jour
    coup d oeil
    un coup d oeil
    not to mention
    sans parler
    thans
    thnks
    thanx
    tks
    thansk
    thaks
    custs
    cust
    mnth
    mnths
    happy with us
    content
    contents
    contente
    are they happy
    by lost mrr
    by mrr lost
    deck is due
    under their belt
    groupe
    du groupe
    the group
    group wide
    groupwide
    jai besoin
    jai besoin du
    jai besoin de
    jai
    wich
    wich of
    either
    is there a
    is there
    are there
    there
    possible to
    ouvrir
    m ouvrir
    ouvre
    ouvre moi
    open
    open up
    pour le comite de demain
    de demain
    due at noon
    noon
    at noon
    board deck is due at noon
    board deck
    encours
    band
    billing tool
    our billing tool
    tool
    outil
    notre outil
    another figure
    autre chiffre
    un autre chiffre
    shows another figure
    that s
    bien nos
    bien les
    bien
    jveux
    jvoudrais
    jaimerais
    j voudrais
    j veux
    j aimerais
    j ai
    cmt
    comment ca
    ajd
    auj
    aujourdhui
    combined
    shows
    including
    including the
    column
    columns
    colonne
    colonnes
    along with
    as well as
    ainsi que
    y compris
    showing
    only
    please only
    everything
    stp merci
    merci stp
    ending
    ended up
    we have
    you have
    tu as
    vous avez
    on en a
    names
    quarters end
    showed
    a table of
    table of
    depuis quand
    since when
    les
    plus belle
    got
    we got
    auriez vous
    auriez
    aurais tu
    aurait on
    auriez vous le
    hw
    how many please
    facturee
    facturees
    billed
    put
    tarif
    au tarif
    tarifs
    options
    faster
    newer
    plus vite
    recent
    recents
    recente
    recentes
    end up with
    did we end up with
    end up at
    ended up with
    ended up at
    out there
    par mois et par client
    result
    le resultat
    owns
    who owns
    qui gere
    est gere par qui
    smth
    sthg
    sth
    off with
    detaille
    detaille moi
    detailler
    ayant
    ya
    ya eu
    il y a eu
    y a eu
    there was
    there were
    bcp de
    moi
    oui bien
    year old
    yr old
    yr
    yrs
    old
    our cfo
    our ceo
    the cfo
    the ceo
    the cto
    cfo
    ceo
    cto
    coo
    cro
    vp
    vp sales
    head of cs
    cs
    sales
    sdr
    bdr
    intern
    finance
    finance team
    marketing team
    founder
    founders
    le cfo
    le ceo
    le daf
    daf
    dg
    le dg
    pdg
    stagiaire
    fondateur
    all hands
    before the all hands
    before the board
    before my call
    before the call
    avant le board
    avant la reunion
    avant mon call
    avant le call
    for my one on one
    for my 1 1
    one on one
    hands
    calendar
    calendar year
    income statement
    wants
    come out at
    come out
    came out
    came out at
    indiquer
    m indiquer
    m indiquer la
    indiquez
    indique
    communiquer
    me communiquer
    partager
    me partager
    confondu
    confondue
    confondus
    confondues
    tout confondu
    toutes offres confondues
    tous segments confondus
    tous pays confondus
    toutes regions confondues
    tx
    tx de
    earth
    on earth
    the heck
    heck
    the hell
    hell
    diable
    here is here
    these days
    ces jours ci
    big
    lister
    me lister
    enumerer
    enumere
    recense
    recenser
    supposed
    supposed to be
    supposed to
    principe
    le principe
    principe du
    tes
    tes chiffres
    tes tableaux
    vos tableaux
    tableaux
    anything
    something
    rien
    quelque chose
    contractuel
    contractuelle
    contractuelles
    contractuels
    priced
    lequel
    laquelle
    use
    uses
    used
    use another
    another
    another one
    matrice
    matrice de
    grille
    supposedly
    apparently
    lets talk
    talking
    talked
    discuss
    discussing
    mentioned
    said
    says
    heard
    i heard
    read
    je crois
    i think
    i believe
    i guess
    i suppose
    je pense
    selon moi
    according to you
    selon toi
    d apres toi
    a ton avis
    in your opinion
    opinion
    thoughts
    thoughts on
    your take
    avis
    ton avis
    your view
    care
    cares
    help me understand how
    help me see
    help me with
    aide moi a voir
    aide moi a comprendre
    please help
    refresh my memory
    my memory
    memory
    pull together
    put together
    compile
    prepare me
    sort me
    rustle up
    dig up
    crunch
    crunch the numbers
    run
    run me
    run the numbers
    run the numbers on
    pulling
    grab
    grab me
    ping me
    shoot me
    drop me
    hit me with
    hit me
    walk me
    line
    lines
    one line
    single
    single figure
    just one
    un seul
    une seule
    seul
    seule
    seuls
    nom
    sheet wise
    month end
    month ending
    quarter ending
    year ending
    quarter end
    period ending
    ending in
    ended in
    ending with
    a la fin
    a la fin de
    a la fin du
    a fin de
    cloture
    a la cloture
    en cloture
    closing of
    exit
    en sortie
    at close
    as at
    as per
    per the sheet
    d apres la feuille
    d apres le fichier
    selon la feuille
    from the sheet
    in the sheet
    dans la feuille
    dans le fichier
    on record
    historically speaking
    ever
    jamais eu
    yet again
    finally
    at last
    at all
    du tout
    point barre
    full stop
    period please
    though
    although
    however
    toutefois
    cependant
    pourtant
    neanmoins
    despite
    malgre
    malgre tout
    even
    meme si
    bien que
    because
    parce que
    car
    as they
    given
    given that
    vu que
    etant donne
    otherwise
    sinon
    instead
    plutot que
    rather
    rather than
    also please
    too please
    me too
    moi aussi
    nous aussi
    same here
    idem
    pareil
    same question
    meme question
    question bete
    dumb question
    stupid question
    silly question
    quick q
    q
    petite question
    une question
    une petite question
    j ai une question
    i have a question
    have a question
    got a question
    simple question
    random question
    une derniere
    last one
    dernier point
    last question
    derniere question
    one more
    one more thing
    encore une
    encore une chose
    autre chose
    autre question
    ps
    nb
    fyi
    imo
    imho
    afaik
    tbh
    btw
    rn
    atm
    wrt
    re
    vs my notes
    ish
    or so
    or thereabouts
    a peu pres
    approx
    approximativement
    grosso modo
    roughly speaking
    ballpark
    order of magnitude
    ordre de grandeur
    to the cent
    exactement combien
    in euros
    en euros
    in eur
    in usd
    en k
    in k
    in thousands
    trailing
    restent
    preparing
    preparer
    prepare
    review
    administration
    conseil d administration
    pour le conseil d administration
    le conseil
    conseil
    counting
    ou pas
    ou non
    or not
    yes or no
    oui ou non
    sort
    s en sort
    c koi
    bouger
    working on
    je prepare
    for a review
    pour une revue
    revue
    qbr
    brief
    for the qbr
    need
    needed
    needs
    full
    entire year
    fully
    lately asked
    morning
    everybody knows
    folks asking
    course
    over the course of
    the course of
    keep
    keeping
    under each
    coming
    door
    analyse
    analysis
    analyze
    analyser
    etude
    study
    dashboard
    tableau de bord
    report for
    rapport
    rapport sur
    le rapport
    presentation
    slide
    slides
    deck
    board
    investor
    investors
    meeting
    comite
    codir
    comex
    boss
    ceo asks
    the board wants
    wants to know
    asks
    asked
    asking
    demande
    me demande
    on me demande
    veut savoir
    veut
    veulent
    aimerait
    aimerait savoir
    wanna
    gonna
    wanna know
    want
    i m looking for
    looking for
    i m curious
    we need
    on a besoin de
    on voudrait
    on veut
    faut
    il faut
    faudrait
    j aurais besoin de
    j aurais besoin du
    besoin de
    besoin du
    besoin
    please and thank you
    thanks in advance
    merci d avance
    d avance
    in advance
    kindly
    cheers in advance
    thx in advance
    real quick
    in a nutshell
    in short
    briefly
    en bref
    bref
    en deux mots
    court
    short version
    tldr
    tl dr
    together
    combines
    cumule
    cumulee
    ensemble des
    overall company
    partout
    everywhere
    ici
    chez nous
    nous avons
    on a
    on avait
    a on
    avons nous
    avait on
    have we
    had we
    are we
    were we
    do we
    did we
    we did
    we do
    we re at
    we at
    we are at
    on etait a
    we were
    was it
    is it
    est il
    est elle
    sont ils
    sont elles
    etait il
    par hasard
    by any chance
    possibly
    maybe
    peut etre
    perhaps
    lol
    mdr
    haha
    hein
    eh
    ah
    oh
    oui
    yes
    yep
    ok so
    alright
    dear
    cher
    chers
    team
    equipe
    l equipe
    bot
    nrrbot
    mate
    buddy
    pal
    friend
    les amis
    guys
    new here
    i m new here
    je suis nouveau
    je debute
    simple
    simply
    simplement
    easy
    plain english
    en clair
    en francais
    in english
    in french
    en anglais
    of course
    bien sur
    evidemment
    certes
    once
    once again
    une fois
    fois
    times
    lot
    a lot
    lots
    beaucoup
    plein
    many
    much
    so much
    so many
    autant
    tant
    tres
    very
    quite
    pretty
    bit
    a bit
    un peu
    peu
    little
    un petit
    petit point
    a little
    small update
    latest
    most recent
    newest
    exact
    precis
    precise
    precisement
    specifically
    particular
    in particular
    en particulier
    particulierement
    notamment
    especially
    mainly
    mostly
    surtout
    side
    cote clients
    part
    parts
    the part
    partie
    way
    the way
    ways
    facon
    maniere
    sens
    kind of
    sort of
    genre
    style
    comme
    like
    as well
    egalement
    plus
    en plus
    additionally
    enfin
    last thing
    ensuite
    next question
    puis
    while you re at it
    tant que tu y es
    au passage
    look up
    lookup
    check out
    checking
    verifie
    verifier
    regarde
    regarder
    voyons
    voyons voir
    let s see
    lets see
    let us see
    let me see
    see if
    peux tu regarder
    tell
    say me
    speak
    talk
    parle
    raconte
    raconte moi
    explique nous
    sert
    sers
    serve
    serves
    walk
    give us a
    donne nous
    donnez nous
    montre nous
    montrez nous
    file
    file moi
    balance
    balance moi
    envoie moi le chiffre
    passe moi
    passez moi
    ramene moi
    sors nous
    affiche moi
    affiche nous
    cherche
    je regarde
    je me demande
    wonder
    wondering if
    if any
    s il y en a
    le cas echeant
    eventuellement
    would you mind
    mind
    do you mind
    tu saurais
    saurais tu
    sais tu
    savez vous
    tu sais
    vous savez
    tu connais
    est il possible
    possible d avoir
    puis je
    puis je avoir
    pourrais je
    pourrais je avoir
    peut on avoir
    pourrait on
    on peut avoir
    on peut
    je peux
    je peux avoir
    can i
    can i get
    can i see
    can we
    can we get
    can we see
    could i
    could i get
    could i have
    could we
    may i
    may we
    might
    shall
    should i
    should we
    let
    let s
    lets
    have a look at
    take a look at
    take a look
    have a look
    drill
    zoom in on
    zoom
    break
    split up
    comparer moi
    x
    per cent
    pct
    opening
    closing
    beginning
    starting
    begin
    close
    closed
    book of
    books
    side of
    thats
    hows
    hows the
    whos
    wheres
    whens
    lemme
    lemme know
    gimme
    giv
    plz tell
    pleas
    plese
    plis
    kthx
    de la part de
    on behalf of
    pour le compte de
    for me
    for us
    pour moi
    pour nous
    to me
    to us
    a moi
    a nous
    from
    off of
    towards
    toward
    onto
    upon
    per se
    via
    regarding
    concerning
    about the
    in terms of
    in relation to
    with respect to
    with regard to
    when it comes to
    as for
    as regards
    en termes de
    en terme de
    au niveau de
    au niveau du
    quant a
    quant au
    quant aux
    s agissant de
    pour ce qui est de
    pour ce qui concerne
    question de
    cote retention
    niveau retention
    rayon
    both
    les deux
    tous les deux
    toutes les deux
    the two
    two of them
    le duo
    actuel
    actuelle
    actuels
    present
    presente
    tel
    telle
    tels
    telles
    ou telle
    ou tel
    meme
    memes
    same
    autre
    different
    differents
    differentes
    certain
    certains
    certaines
    quelque
    quelques
    few
    a few
    several
    plusieurs
    divers
    various
    last known
    known
    connu
    connus
    connue
    reel
    reelle
    reels
    real
    true
    vrai
    vraie
    official
    officiel
    officielle
    officiels
    final
    finals
    finale
    definitif
    today
    as of today
    as of now
    a l instant
    a l heure actuelle
    a present
    pour l instant
    pour le moment
    jusqu ici
    so far
    to date
    a date
    until now
    jusqu a present
    jusqu a maintenant
    based
    but what about
    passe
    passent
    passait
    passer
    goes from
    went from
    drops to
    rises to
    falls to
    passe de
    goes
    we had
    we ve had for
    we have had for
    had for
    one
    ones
    off
    out
    out of
    whether
    if you can
    si possible
    if possible
    possible
    please
    pls
    plz
    plse
    can you
    could you
    would you
    will you
    can you please
    could you please
    can u
    could u
    tell me
    tell us
    let me know
    show
    show me
    show us
    give
    give me
    give us
    get me
    get
    pull
    pull up
    fetch
    find
    find me
    display
    report
    report on
    i want
    i want to know
    i want to see
    i would like
    i d like
    i would like to know
    i d like to know
    i need
    i need to know
    i wonder
    i was wondering
    wondering
    curious
    do you know
    do you have
    do we know
    any idea
    quick question
    quick one
    quickly
    question
    remind me of
    what is
    what s
    what are
    what re
    what was
    what were
    what about
    how about
    and
    so
    well
    hmm
    um
    uh
    by the way
    for the board
    for the board deck
    for my deck
    for the deck
    for our board meeting
    for a meeting
    for the meeting
    for the report
    for investors
    for my boss
    asap
    urgent
    urgently
    right now
    now
    currently
    current
    at the moment
    at present
    as we speak
    right
    just
    actually
    really
    exactly
    basically
    roughly
    approximately
    about
    around
    overall
    total
    in total
    all in all
    altogether
    whole
    entire
    the whole company
    whole company
    company wide
    companywide
    the company
    our company
    our business
    the business
    business wide
    for the whole company
    as a whole
    in general
    generally
    globally
    wat
    wats
    whats
    wot
    a
    an
    the
    this
    that
    these
    those
    here
    it
    its
    it s
    is
    are
    was
    were
    be
    been
    being
    am
    s
    ve
    ll
    d
    do
    does
    did
    done
    has
    have
    had
    having
    ve had
    can
    could
    will
    would
    should
    of
    in
    on
    at
    for
    to
    with
    into
    during
    as
    as of
    within
    among
    amongst
    up
    through
    our
    ours
    us
    we
    we re
    we ve
    i
    me
    my
    they
    them
    their
    you
    your
    he
    she
    his
    her
    what
    how
    when
    where
    which
    also
    too
    then
    else
    again
    still
    already
    yet
    figure
    figures
    number
    numbers
    metric
    metrics
    value
    values
    results
    ratio
    rate
    rates
    score
    level
    look
    looks
    look like
    looking
    see
    view
    know
    people
    base
    customer base
    client base
    book
    book of business
    portfolio
    owned by
    managed by
    handled by
    belonging to
    looked after by
    manage
    manages
    managed
    own
    owner
    run by
    area
    zone
    market
    geography
    land
    type
    types
    kind
    kinds
    category
    categories
    tier customers
    dollar
    dollars
    euro
    euros
    eur
    usd
    money
    revenue
    amount
    amounts
    business
    performance
    performing
    perform
    performs
    performed
    come
    comes
    go
    going
    went
    happen
    happened
    happening
    start
    end
    ended
    period
    periods
    time
    year
    quarter
    month
    who
    saas
    b2b
    all
    any
    some
    each of
    thing
    things
    stuff
    detail
    details
    info
    information
    list
    table
    summary
    overview
    more
    svp
    stp
    s il te plait
    s il vous plait
    peux tu
    pouvez vous
    pourrais tu
    pourriez vous
    peut on
    tu peux
    vous pouvez
    tu pourrais
    est ce que tu peux
    est ce que vous pouvez
    est ce que
    est ce qu
    est ce
    me donner
    me dire
    me montrer
    me sortir
    me faire
    donne
    donne moi
    donnez moi
    donner
    dis
    dis moi
    dites moi
    dire
    montre
    montre moi
    montrez moi
    montrer
    affiche
    afficher
    sors
    sors moi
    sortir
    fais
    fais moi
    faire
    trouve
    trouve moi
    je veux
    je voudrais
    j ai besoin de
    j ai besoin du
    je souhaite
    je cherche
    on cherche
    il me faut
    il me faudrait
    savoir
    voir
    connaitre
    avoir
    quel est
    quelle est
    quels sont
    quelles sont
    quel etait
    quelle etait
    quel
    quelle
    quels
    quelles
    c est
    c est quoi
    cest quoi
    c etait
    c etait quoi
    c est combien
    qu est ce
    quoi
    comment
    ou
    quand
    et
    alors
    donc
    bon
    bah
    ben
    euh
    du coup
    en fait
    en gros
    en tout
    au total
    au global
    globalement
    dans l ensemble
    pour le board
    pour le comite
    pour le codir
    pour le comex
    pour la reunion
    pour mon boss
    rapidement
    vite fait
    actuellement
    en ce moment
    maintenant
    a ce jour
    aujourd hui
    ce
    cet
    cette
    ces
    cela
    ca
    ceux
    celui
    celle
    celles
    le
    la
    l
    un
    une
    des
    du
    de
    au
    aux
    a la
    en
    dans
    ds
    sur
    pour
    avec
    chez
    vers
    parmi
    lors
    pendant
    durant
    par
    que
    qu
    qui
    dont
    il
    elle
    ils
    elles
    nous
    nos
    notre
    vous
    vos
    votre
    je
    j
    tu
    te
    t
    m
    toi
    se
    y
    leur
    leurs
    son
    sa
    ses
    mon
    ma
    mes
    est
    es
    sont
    etait
    etaient
    etions
    etait on
    on etait
    on est
    sommes
    suis
    ete
    etre
    a t on
    a t il
    at on
    ai
    avons
    avez
    ont
    avait
    avaient
    eu
    fait
    font
    faisait
    on fait
    va
    vont
    vas
    peut
    peuvent
    doit
    chiffre
    chiffres
    nombre
    nombres
    valeur
    valeurs
    resultat
    resultats
    taux
    indicateur
    indicateurs
    entreprise entiere
    societe entiere
    toute l entreprise
    toute la societe
    l ensemble
    ensemble
    tout
    tous
    toute
    toutes
    global
    globale
    totale
    entier
    entiere
    seulement
    uniquement
    juste
    exactement
    vraiment
    environ
    aussi
    encore
    deja
    plutot
    portefeuille
    portefeuille de
    gere
    gere par
    geres par
    suivis par
    gerent
    responsable
    marche
    secteur
    categorie
    argent
    revenu
    revenus
    chiffre d affaires
    performances
    periode
    annee
    trimestre
    mois
    fin
    a fin
    fin de
    debut
    cote
    niveau
    au niveau
    concernant
    a propos de
    point
    un point sur
    etat
    bilan
    synthese
    resume
    tableau
    abonnement
    abonnements
    subscription
    subscriptions
    contract
    contracts
    contrat
    contrats
    segment
"""
