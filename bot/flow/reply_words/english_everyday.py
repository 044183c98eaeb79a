"""English words for all but refusing: the small ones, those of asking and answering, and what else people write of."""

from __future__ import annotations

from collections.abc import Mapping

ENGLISH_EVERYDAY: Mapping[str, str] = {
    "WORD": """
        tests | texas | stop by | stops by | stopping by | stopped by | stop over | stop off | stop in
        bus stop | tram stop | train stop | tube stop | next stop | last stop | non stop | nonstop
        one stop | full stop | pit stop | short stop | stop sign | stop light | stop watch | stop loss
        stop motion | stop gap | quit smoking | end of | the end | at the end | in the end | dead end
        end date | end up | call center | call centre | call log | call quality | call history | call drop
        call drops | dropped call | text book | shop | step | slop | stow | top | spot | atop | strop
        stomp | sop | swop | stops | stopping | stock | store | story | stoppage | stopper | setup | cancer
        cancellation | remote | evoke | testing | massage | massages | contracts | spending | vending
        lending | bending | falling | balling | calming | helped | helpful | helps | star | stars | smart
        stark | stare | state | stay | starts | started | starting | staring | starring | string | ended
        ending | removal | removes | message center | message centre | of course not | by the way | no one
        nobody | nothing | no idea | no signal | no service | no network | no internet | no data | no credit
        no reception | no longer works | not yet | not working | block of | ask to speak | call back
        call me back | so so | no way | as well | come on | hold on | never mind | nevermind | no offence
        no offense | anymore info | no clue | not a robot | call it a day | call out | on call | go away on
        going away | goes away | enough data | lose signal | want to lose my number | lost my number
        losing my number | wrong number | wrong person | wrong no | someone | somebody | strangers
        scammers | quite | quiet | quilt | quip | quid | quiz | hoped | drop me a | drop me an
        on do not disturb | in do not disturb | do not disturb mode | on dnd | dnd mode | do not disturb on
        cancelled | canceled | stop round | stop around | stop here | stop there | stop outside | stop at
        stop near | wont go away | not go away | if you go away | if u go away | dont go away
        never go away | doesnt go away | stop into | go away for a
    """,
    "POLITE": """
        please | pls | plz | plss | pleas | pleez | pleaze | thanks | thank | thankyou | thank you | thank u
        thanx | thnx | thx | tks | tnx | thks | ty | tysm | cheers | hi | hello | hey | hiya | dear | sir
        madam | maam | mam | good morning | good afternoon | good evening | good day | good night | sorry
        apologies | excuse me | pardon | kindly | bye | goodbye | regards | best regards | kind regards
        have a nice day | have a good day | have a great day | god bless | bless you | much appreciated
        appreciated | appreciate it | team | folks | guys | there | everyone | with respect | if possible
        if you please | if you dont mind | if you would | if you could | many thanks | thanks a lot
        thank you very much | thanks so much | thank you so much | dear sir or madam
        to whom it may concern | greetings | grateful | id be grateful | id appreciate it
        would appreciate it | respectfully | yo | ahoy
    """,
    "PART": """
        really | so | very | much | too | then | anyway | damn | damned | bloody | fucking | fuckin | effing
        freaking | frigging | fkn | goddamn | ffs | omg | hell | honestly | seriously | lol | haha | right
        oh | ah | um | uh | well | hereby | officially | politely | totally | completely | entirely
        altogether | man | dude | bro | wow | stupid | silly | endless | bullying | useless | pointless
        unnecessary | damn well | the hell | the fuck | tf | jeez | god | for gods sake | for christs sake
        for the love of god | for the last time | once and for all | last warning | final | final warning
        as i said | like i said | as requested | lah | la | wtf | omfg | ugh | argh | grr | always
        what part of
    """,
    "FILL": """
        of | are | was | am | be | been | being | do | did | youre | youve | theyre | theres | as | by | via
        about | than | over | under | up | own | get to | go | going | gonna | make | let | lets | try
        dare | mind | some | here | more | other | same | kind | kinds | kind of | sort | sort of | types
        ones | lot | lots | bunch | number of | these days | at all | in general | being sent | asked
        requesting | ask | asking | used to | able to | like that | like this | company | companies
        business | anybody | anyone | etc | whatsoever | whatever | marketing related | related | commercial
        text based | unknown | random | daily
    """,
    "THE": "the | a | an | is | its | thats",
    "HAVE": "have | has | had | having | hav",
    "NOW": """
        immediately | right away | at once | asap | already | instantly | straight away | straightaway
        this minute | this instant | with immediate effect | effective immediately | as of now | as of today
        forever | for good | permanently | promptly | quickly | urgently | as soon as possible | immediatly
        effective today | starting now | once | twice | three times | many times | several times
        so many times | multiple times
    """,
    "ONLY": "just | only | simply | merely | jus",
    "AND": """
        and | also | plus | nor | either | neither | but | because | cause | cuz | since | both | however
        although | though | even
    """,
    "OR": "or",
    "CAN": """
        id | ill | can | could | cd | can you | could you | would you | will you | is it possible to
        it possible to
    """,
    "MUST": "should | must | gotta | have to | has to | got to | had to | supposed to | ought to",
    "WILL": "will | would | wd | may | might | shall",
    "SELF": "i | we | im | ive | i m | i am | we are | were",
    "PERSON": """
        me | us | myself | ourselves | my | our | mine | my inbox | my wife | my husband | my mother
        my mom | my mum | my son | my daughter | my kid | my kids | my child | my children | my father
        my dad | my parents | my family | her | him | people | this person | our family | my home
        my messages
    """,
    "OWN": """
        my number | my phone number | my mobile number | my cell number | this number | the number
        my phone | this phone | my cell | my mobile | this mobile | this line | this cell | my name
        my details | my info | my information | my personal details | my contact details | my work phone
        my work number | our number | my contact | my contact information | my personal info | this device
    """,
    "YOU": """
        you | u | your | ur | yours | you guys | you people | your company | yall | you lot | yourself
        yourselves | whoever you are | these people | they | your team
    """,
    "THIS": """
        this | that | these | those | it | them | such | all | any | every | everything | anything | each
        all of | any of | all these | all this | such a | dis | dat | em | both of
    """,
    "TO": "to | at | on | for | with | into | onto | in | 2me | toward",
    "FROM": "from | off of",
    "OFF": "off | out | out of | away",
    "LIST": """
        list | lists | database | databases | records | files | register | registry | directory | contacts
        mailing list | contact list | calling list | call list | marketing list | distribution list
        phone list | text list | sms list | customer list | your system | your systems | your records
        distribution | mailing | mailings | broadcast | broadcasts | campaign | campaigns | group chat
    """,
    "START": """
        sign me back up | sign me back on | sign me back in | put me back | put me back on | add me back
        add me back in | opt me back | add me again | let me back in | sign up again | put me on again
        subscribe me again | re add me | back in please | start | unstop | un stop | resubscribe
        re subscribe | resume | restart | opt in | optin | opt me in | opt me back in | opting in
        re enable | reenable | opt back in | opt us in | optin me | reactivate | unblock me | re activate
        turn on | turn back on | switch on | start again | begin | enable | rejoin | re join | allow
        reinstate | count me back in | permit
    """,
    "SUBSCRIBE": "subscribe | signed up | subscribed | subscribing",
    "SUBSCRIPTION": "subscription | subscriptions",
    "SIGN_UP": "sign me up | sign up | signup | enroll me | enrol me",
    "BACK": "back | back on | back in | back up | readd",
    "UNDO": """
        undo | reverse | disregard | take back | ignore | scratch | unsend | nullify | lift | take back my
        forget | withdraw | withdrawing | withdrawn | retract | rescind | rescinded | revoked
    """,
    "MISTAKE": """
        mistake | by mistake | my mistake | accident | by accident | accidentally | accidently | mistakenly
        in error | error | oops | whoops | unintentionally | inadvertently | wrong key | wrong button
        misclick | mis typed | wrong reply | wrongly | unintentional | accidental | wrong message
        pocket dial | autocorrect | wrong word | mistyped | misread | fat finger | wrong text | regret
        regretted | regretting | shouldnt have | should not have
    """,
    "NOT_MEANT": """
        didnt mean to | did not mean to | didnt mean | did not mean | not mean to | never meant to
        didnt want to | did not want to | didnt intend to | did not intend to | never wanted to
        not meant to | wasnt meant to | didnt actually | havent meant to | not intended to | wasnt trying to
    """,
    "RETRACTED": """
        stop by mistake | stop by accident | stop by error | stop in error | unsubscribed by mistake
        unsubscribed by accident | opted out by mistake | stop accidentally | accidental stop
        un unsubscribe | changed my mind about unsubscribing | changed my mind about stop
    """,
    "PRODUCT": """
        plan | plans | package | packages | bundle | bundles | contract | broadband | wifi | wi fi
        internet | roaming | ringtone | ringtones | ring tone | caller tune | caller tunes | callertune
        tune | tunes | ringback | voicemail | voice mail | voicemails | data pack | data plan | data packs
        data | pack | packs | add on | add ons | addon | addons | tariff | membership | insurance
        auto renew | auto renewal | autorenew | renewal | autopay | auto pay | auto top up | direct debit
        billing | bill | bills | invoice | charge | charges | charging | charged | fee | fees | payment
        payments | order | netflix | spotify | disney | youtube | tiktok | iptv | tv | games | game | app
        vas | call forwarding | call waiting | call divert | call diversion | caller id | call barring
        call transfer | missed call alert | hotspot | 5g | 4g | 3g | credit | balance | loan | upgrade
        top up | topup | recharge | minutes | reward | rewards | port | porting | text pack | text bundle
        sms pack | sms bundle | text package | sms package | international | landline | router | appointment
        booking | delivery | contract renewal | prime | amazon | hulu | apple music | music | horoscope
        jokes | weather | news | cricket | line | fiber | fibre | home phone | family plan | free trial
        trial | transfer | request for | phone bill | paper bills | paper bill | statements | gym | password
        pin | otp | verification code | verification codes | reservation | overcharging | throttling
        deducting | overcharge | transaction | purchase | deduction | text bundles | text packs
        message bundle | sms packs | sms bundles | call bundle | texts included | text allowance
    """,
    "HANDSET": "sim | sim card | esim | account | card | mobile | handset | device",
    "SERVICE": "service | services | offer | promotion | promo code | discount | campaign offer",
    "HOW": "how | how do i | how to | how can i | where | where do i | which number",
    "WHAT": """
        what | which | who | when | whose | how much | how many | how long | what about | whats | who is
        whos | wat | what time
    """,
    "WHY": "why | how come | why are | why is",
    "DOES": """
        is it | does it | is this | is that | is there | are there | do you | are you | do i | am i | will i
        does | should i | is the | are the | does the | would i | have you | did you | did i | have i
        was i | will it | is my | is he
    """,
    "MEAN": "mean | means | meaning | meant by | stand for | stands for | is for",
    "IF": "if | unless | provided | what if | what happens | assuming | in case | suppose",
    "COST": "cost | costs | free | price | pay | expensive | cheap | cheaper | money | dollars | dollar",
    "STAFF": """
        manager | my manager | the manager | agent | adviser | advisor | human | representative | operator
        a human | an agent
    """,
    "HELP": """
        help | help me | info | information | assist | assistance | hlep | hepl | halp | support | helpp
        hellp | heelp | need help | more info | more information | helpme | infos | bangzhu | sos | get help
    """,
    "YES": """
        yes | y | ye | yea | yeah | yah | yep | yup | yupp | yess | yas | ya | yh | aye | sure | ok | okay
        okey | oke | okie | okk | okok | k | kk | o k | count me in | yes i do | i do | deal done
        confirmed | i am in | im in | of course | certainly | definitely | absolutely yes | absolutely
        surely | why not | sounds good | sounds great | sounds fine | sounds perfect | great | perfect
        awesome | excellent | lovely | fine | alright | all right | by all means | go ahead | go for it
        do it | lets do it | lets go | please do | will do | can do | no problem | no problems | no prob
        np | not a problem | no doubt | without a doubt | cant say no | cant refuse | couldnt say no
        couldnt refuse | wont say no | wouldnt say no | im interested | i am interested | interested
        ill take it | ill have it | take it | id love to | id love it | would love to | would love it
        id like that | id like it | i want it | i want this | i want that | i want that offer | yes indeed
        indeed | correct | affirmative | roger | approved | approve | proceed | please proceed | carry on
        happy to | gladly | with pleasure | my pleasure | yeh | yeap | suits me | works for me | good for me
        fine by me | fine with me | ok with me | i am happy to | si | bring it on | hell yes | hell yeah
        ok ok | yes yes | deal | you bet | true | im up for it | up for it | let us do it | im game
        thumbs up | make it so | set it up | hook me up | give it to me | ok sure | im down | hao | haode
        shi | keyi | tongyi | i dont mind | dont mind if i do | no objection | no objections | say yes | oky
        okya | yws | yse | for sure | yes sure | sure thing | cool | oki | okey dokey | okie dokie | yes lah
        ok lah | ok can | id love that | that works | sounds like a plan | great idea | good idea
        good deal | ill have that | let me have it
    """,
    "JOIN": """
        join | joining | participate | activate | enroll | enrol | apply | confirm | claim | redeem
        proceed with | join in | take part | get it | have it | add it | i join | try it | book it
        taking part | partake | accept the offer | take the offer | take up the offer | want in
        get started | make it happen | order it
    """,
    "AGREE": "agree | agreed | agreeing | authorise | authorize | authorised | authorized",
    "CONSENT": "consent | consented | permission | opted in",
    "ACCEPT": "accept | accepted | accepting",
    "SAY": "said | say | saying | told | telling",
    "REPLY": """
        reply | replied | replying | sent | text back | wrote | typed | respond | responded | answered
        texted you
    """,
    "CHOOSE": """
        prefer | give me | gimme | put me down for | i go for | lets go with | ill do | i will take
        ill pick | press | pressed | choose | choosing | chose | choice | pick | picking | picked | select
        selecting | selected | enter | go with | going with | go for | type | answer | my answer | vote
        option | number | key | button | opt for | ill take | ill go with | ill have | the answer is
        my choice is | press key | keyed | digit | hit | choice is | answer is
    """,
    "CHOICE": "option please | offer please",
    "MEANT": """
        i meant | meant | i mean | correction | actually | make that | make it | rather | instead
        should be | should have been | change to | change it to | switch to | was meant to be | i wanted
        sorry i meant
    """,
    "NUMBER": "one | two | three | four | won | too two | tow",
    "ORDINAL": "first | second | third | fourth | 1st | 2nd | 3rd | 4th",
    "AMOUNT": """
        hundred | thousand | five | six | seven | eight | nine | ten | twenty | fifty | dozen | half
        million
    """,
}
