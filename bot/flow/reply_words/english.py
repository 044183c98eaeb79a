"""English words and what they say. Apostrophes are gone when these are looked up, and so are capitals."""

from __future__ import annotations

from collections.abc import Mapping

ENGLISH: Mapping[str, str] = {
    "X": """
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
    """,
    "FILL": """
        of | are | was | am | be | been | being | do | did | has | have | had | having | youre | youve
        theyre | theres | as | by | via | about | than | over | under | up | own | get to | go | going
        gonna | make | let | lets | try | dare | mind | some | here | more | other | same | kind | kinds
        kind of | sort | sort of | types | ones | lot | lots | bunch | number of | these days | at all
        in general | being sent | asked | requesting | ask | asking | used to | able to | like that
        like this | company | companies | business | anybody | anyone | etc | whatsoever | whatever
        marketing related | related | commercial | text based | unknown | random | daily
    """,
    "NOW": """
        now | immediately | right now | right away | at once | asap | already | instantly | straight away
        straightaway | this minute | this instant | with immediate effect | effective immediately
        as of now | as of today | forever | for good | permanently | promptly | quickly | urgently
        as soon as possible | immediatly | effective today | now please | starting now | once | twice
        three times | many times | several times | so many times | multiple times
    """,
    "ONLY": "just | only | simply | merely | jus",
    "AND": """
        and | also | plus | nor | either | neither | but | because | cause | cuz | since | both | however
        although | though | even
    """,
    "OR": "or",
    "SELF": "i | we | im | ive | i m | i am | we are | were",
    "YOU": """
        you | u | your | ur | yours | you guys | you people | your company | yall | you lot | yourself
        yourselves | whoever you are | these people | they | your team
    """,
    "THIS": """
        this | that | these | those | it | them | such | all | any | every | everything | anything | each
        all of | any of | all these | all this | such a | dis | dat | em | both of
    """,
    "TO": "to | at | on | for | with | into | onto | in | 2me | toward",
    "OFF": "off | out | out of | away",
    "LIST": """
        list | lists | database | databases | records | files | register | registry | directory | contacts
        mailing list | contact list | calling list | call list | marketing list | distribution list
        phone list | text list | sms list | customer list | your system | your systems | your records
        distribution | mailing | mailings | broadcast | broadcasts | campaign | campaigns | group chat
    """,
    "NO_NEED": """
        no need to | no need for | no need | not necessary to | dont need to | do not need to | dont have to
        do not have to | need not to | not needed to | no reason to
    """,
    "NO": "without",
    "NOT": "not",
    "NONE": "no | none | non | zero | nah | nope | na",
    "DIDNT": """
        didnt | did not | havent | have not | hasnt | has not | wasnt | was not | werent | were not | isnt
        is not | arent | are not | doesnt | does not | am not | aint | wouldnt | would not | hadnt | had not
        i am not | not been | not said | not asked | wont | will not | might not
    """,
    "CANT": """
        cant | cannot | can not | couldnt | could not | unable to | not able to | unable | no way to
        impossible to | failed to | fail to | trying to | tried to | tryna
    """,
    "NO_MORE": """
        no more | not one more | not another | no further | enough of | enough with | nomore | nmore
    """,
    "FEWER": "fewer | less",
    "DECLINE": "not interested | no interest | not keen | uninterested",
    "NO_THANKS": "no thanks | no thank you | no thx | no thanx | no ty | no tks | nah thanks | im good",
    "SEND": """
        send | sends | sending | texting | txting | messaging | emailing | spamming | posting | mailing me
        sms me | sent by | keep sending | blasting | bombarding | bombard | flooding | flood | blowing up
        blow up | pushing | forwarding | feeding | sned | snd | sendin | textin | messagin | msging | smsing
        txtin | waking me up | waking me | filling my inbox | filling up my phone | clogging | clogging up
        filling up
    """,
    "CALL": """
        call | calling | callin | phoning | cold calling | dial | dialing | dialling | telephoning
        telephone | ring me | ringing me | phone | ring
    """,
    "PHONE": """
        calls | robocalls | robocall | robo calls | cold calls | cold call | phone calls | phone call
        voice calls | voice call | telemarketing calls | telephone calls | spam calls | spam call
    """,
    "CONTACT": """
        contact | contacting | reach out | reaching out | get in touch | be in touch | getting in touch
        communicate with | communicating with | communicate | communication | communications | approach
        visit | write | write to | writing | writing to | reach | reaching | get hold of | speak to
        talk to | follow up
    """,
    "BOTHER": """
        bothering | disturb | disturbing | distrub | harass | harassing | harras | harrass | harassin
        harrassing | pester | pestering | bugging | annoy | hassle | hassling | badger | badgering | nag
        nagging | solicit | soliciting | target | targeting | stalk | stalking | troubling | wasting my time
        waste my time | irritate | irritating | torture | torturing | plague | plaguing | hound | hounding
        chase | chasing | pressuring | pressure | botherin | buggin | interrupt | interrupting | try to sell
        trying to sell | sell to | selling | market to | advertise | advertise to | advertising to | add me
        include me | use my number | using my number | share my number | sell my number | share my details
        doing this | doing that | do it again | do this again | do that again
    """,
    "TEXT": """
        text | txt | tex | message | msg | mesage | messege | sms | email | e mail | dm | whatsapp | mms
    """,
    "MESSAGES": """
        texts | txts | messages | msgs | mesages | messeges | smses | smss | emails | mails | mail
        notifications | notification | alerts | alert | reminders | promotions | promotional | ads | ad
        adverts | advert | advertising | advertisement | advertisements | marketing | newsletter
        newsletters | solicitations | solicitation | telemarketing | crap | rubbish | nonsense | bullshit
        shit | bs | garbage | sms texts | text messages | text message | text msgs | sms messages
        sms message | text spam | spam texts | spam messages | updates | commercials | publicity
        propaganda | flyers | contact attempts | push | pushes | pushing ads | sales pitch | sales pitches
        sales calls | sales texts | harassment messages | mass texts | mass messages | msg spam
        texts from you
    """,
    "OFFERS": """
        offers | deals | discounts | offer messages | sales | surveys | recommendations | promo | promos
    """,
    "REACHED": """
        texted | messaged | contacted | called | bothered | disturbed | harassed | spammed | emailed
        pestered | hassled | annoyed | solicited | targeted | phoned | marketed to | rung | approached
        advertised to
    """,
    "GET": "get | gets | getting | gettin | got | be sent",
    "HEAR": """
        receive | receiving | receives | recieve | recieving | recive | reciving | receving | hear
        hear from | hearing | hearing from
    """,
    "SEE": "see | seeing | read | reading | look at | be on | be part of",
    "WANT": """
        want | wanna | wants | wish | wishing | like | would like | need | needs | care | care for | wanting
        wud like | id like | ask for | asked for | asking for | request | requested | love | id love
        desire | signed up for | interested in | interest in | keen on | fancy | wanted | hope | require
        welcome | looking to | looking for | would love | demand | insist | use for | have use for | needed
        needing
    """,
    "RATHER": """
        rather you | prefer you | prefer if you | appreciate if you | rather if you | prefer that you
    """,
    "STOP": """
        stop | quit | cease | desist | halt | discontinue | stahp | stopit | stop it | put a stop to
        put an end to | make it stop | make this stop | make them stop | cease and desist | knock off
        stoped | stop with | stop please | end these | end this | end my subscription | lay off | refuse all
        stfu | quit it | abstain from | no mas | desist from | end it | stp | stpo | sto | spto | tosp
        sopt | qiut | quti | stop n | sotp | stawp | stoppit | stop at once
    """,
    "CANCEL": """
        cancel | cancle | cancell | cancelling | canceling | revoke | revoking | terminate | terminating
        deactivate | disable | turn off | switch off | shut off | turn this off | turn it off
        turn these off | turn them off | switch it off | switch this off | switch them off | shut it off
        shut this off
    """,
    "UNSUBSCRIBE": """
        unsubscribe | unsub | unsubs | unsubcribe | unsuscribe | unsubscribed | unsubscribing
        unsubscription | un subscribe | un sub | opt out | optout | opting out | opts out | opted out
        opt me out | opt us out | opt this number out | opt my number out | opt me off | stopall
        stop all messages | deregister | unenroll | unenrol | disenroll | de register | un register
        unregister | dnc | dnc list | unfollow | do not call list | do not call registry
        do not call register | do not contact list | do not text list | no call list | no contact list
        do not disturb list | sign me off | sign off me | count me out of | desubscribe | desuscribe
        unsubscribe me | unlist | delist | unlist me | opt ot | cancel subscription | cancel my subscription
        cancel the subscription | cancel this subscription | end subscription | stop subscription
        stop my subscription | stop the subscription | i want out | let me out | want out
        dont subscribe me | tuiding | jushou | quxiao | tui ding | ju shou | qu xiao dingyue | buyao fa
        bie fa | biefa | buyao zai fa | bie zai fa | bie fa le | biefale | buyaofa | stop2end | stop2quit
        have me removed | get me removed | have my number removed | didnt opt in | never opted in
        did not opt in | havent opted in | have not opted in | end texts | end messages | end sms | end text
        end msgs | end 短信 | end the messages | end the texts | tuidin | unscribe | unsuscrib | op tout
        bu yao fa | bu yao fa le | buyao zai fa le | bie zai fa le | bu yao zai fa | tingzhi | ting zhi
        tingzhi fasong | remove number | delete number | remove phone number | delete phone number
        delete contact | delete my contact | remove contact | optt out | op out | end all
    """,
    "BLOCK": "block | blocking | blacklist | blocked you | blocklist | mute | blacklisting",
    "REFUSE": "refuse | reject | refusing | object to | objecting to | opposed to | oppose",
    "PULL": "take | taking | put | leave | pull | taken | cross | throw",
    "REMOVED": """
        removed | deleted | taken off | taken out | erased | excluded | unlisted | stopped | deactivated
    """,
    "GO_AWAY": """
        leave me alone | leave us alone | leave me be | leave me in peace | leave me the hell alone
        leave alone | leave me tf alone | leave my phone alone | leave her alone | leave him alone
        leave them alone | go away | get lost | fuck off | f off | fk off | eff off | piss off | bugger off
        buzz off | back off | sod off | bog off | shut up | shut it | screw you | fuck you | fuck u
        lose my number | lose this number | forget my number | forget me | knock it off | cut it out
        give it a rest | get off my phone | get out of my phone | get a life | jog on | get stuffed
        go to hell | drop dead | up yours | back up off | let me alone | have mercy | bug off | beat it
        scram | cut the crap | kiss my ass | naff off | leave this number alone | leave people alone
        give me peace | give me a break | dont you people ever give up | damn you | to hell with you
        dont talk to me | blocking this number | blocking your number | forget this number | fck off
        fuk off | feck off | fuckoff | youre blocked | you are blocked | u r blocked | you have been blocked
        gtfo | f u | respect my privacy | invading my privacy | done with you | done with your texts
        done with this spam | if this continues | if it continues | if this keeps up | if you keep texting
        if you keep calling | if you keep messaging | let this be the last
    """,
    "ANNOYING": """
        annoying | nuisance | pest | intrusive | invasive | unwanted | unsolicited | unwelcome | not wanted
        not welcome | spammy | sick of | sick and tired | fed up | tired of | had enough | hate | loathe
        despise | detest | nobody asked for this | nobody asked for these | no one asked for this
        no one asked for these | drive me mad | drive me crazy | driving me mad | driving me crazy
        driving me nuts | do without | could do without
    """,
    "ANGER": """
        fuck | fck | fuk | asshole | assholes | arsehole | arseholes | bastard | bastards | idiot | idiots
        moron | morons | scum | scumbags | bitch | bitches | dickhead | dickheads | wankers | wanker | twats
        jerks | pricks | motherfuckers | motherfucker | losers | dumbass | piss | tmd | nmsl | cnm | mmp
        spare me | let me be | eat shit | die
    """,
    "HARASSMENT": """
        spam | spams | harassment | harrassment | spammer | spammers | stalkers | stalker | spamming me
        harassing me | junk | junk mail | junk texts
    """,
    "THREAT": """
        report | reporting | reported | sue | suing | lawyer | lawyers | attorney | solicitor | police | fcc
        ftc | ofcom | ico | regulator | ombudsman | legal | legal action | lawsuit | court | acma | trai
        authorities | consumer protection | miit | mark | marked | marking | flag | flagged | flagging
    """,
    "COMPLAIN": "complaint | complain | complaining | complaints",
    "LETTER": "t | r | n | rr | nn",
    "CODE": """
        td1 | td2 | td8 | td0 | qx1 | tdy | td | tt | qx | tdd | qxdy | tdyx | tdtx | 0000 | 00000 | qx0000
        td0000 | tdtd | qxtd
    """,
    "AGAIN": """
        again | anymore | any more | any longer | ever | ever again | no more please | longer | further
        agn | another | one more | once more | even one more | evermore | nomore please
    """,
    "OFTEN": """
        keep | keeps | keeping | still | constantly | continually | continuously | repeatedly | every day
        everyday | all the time | over and over | all day | every week | every hour | day and night
        every time | how many times | how many more | every single day | so many | too many | incessantly
    """,
    "FROM_NOW": """
        from now on | in future | in the future | going forward | henceforth | hereafter | from today
    """,
    "TIME": """
        tonight | tomorrow | this morning | this afternoon | this evening | until | till | til | noon
        midday | midnight | night | nights | morning | mornings | afternoon | afternoons | evening
        evenings | weekend | weekends | the weekend | weekday | weekdays | monday | mondays | tuesday
        tuesdays | wednesday | wednesdays | thursday | thursdays | friday | fridays | saturday | saturdays
        sunday | sundays | lunch | lunchtime | dinner | bedtime | pm | oclock | during | while | yet
        for now | at the moment | at night | hours | office hours | working hours | work hours
        business hours | early | late | after | before | after work | so early | so late | this early
        this late | between | at this time | this time | this hour | at this hour | when im | before work
        now im | outside | school hours | holidays | this week | this month | today | when i am | when i
        if im | if i am | whilst | yesterday | last week | last month | last year | last night
    """,
    "BUSY": """
        busy | driving | asleep | sleeping | sleep | meeting | in a meeting | at work | working | in class
        class | hospital | abroad | overseas | night shift | lecture | exam | church | funeral | flight
        on a plane | on holiday | on vacation | at the cinema | in court | at school | shift | deaf | eating
        shower | client | customers | on a call | on another call | on the other line | on duty | in bed
        bed | train | bus | cinema | office
    """,
    "LATER": """
        later | maybe | perhaps | think | thinking | consider | considering | check | decide | not now
        another time | next time | next month | next week | wait | not sure | unsure | idk | dunno | depends
        some other time | soon | not today | not this time | not right now | not at the moment | someday
        hesitate | mull | see first
    """,
    "ANY_TIME": """
        anytime | any time | at any time | afterwards | whenever | any moment | at any point | thereafter
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
    "PRODUCT": """
        plan | plans | package | packages | bundle | bundles | contract | broadband | wifi | wi fi
        internet | roaming | ringtone | ringtones | ring tone | caller tune | caller tunes | callertune
        tune | tunes | ringback | voicemail | voice mail | voicemails | sim | esim | sim card | data pack
        data plan | data packs | data | pack | packs | add on | add ons | addon | addons | tariff
        membership | insurance | auto renew | auto renewal | autorenew | renewal | autopay | auto pay
        auto top up | direct debit | billing | bill | bills | invoice | charge | charges | charging
        charged | fee | fees | payment | payments | order | netflix | spotify | disney | youtube | tiktok
        iptv | tv | games | game | app | vas | call forwarding | call waiting | call divert | call diversion
        caller id | call barring | call transfer | missed call alert | hotspot | 5g | 4g | 3g | credit
        balance | loan | device | handset | upgrade | top up | topup | recharge | minutes | reward | rewards
        port | porting | text pack | text bundle | sms pack | sms bundle | text package | sms package
        international | landline | router | appointment | booking | delivery | account | contract renewal
        prime | amazon | hulu | apple music | music | horoscope | jokes | weather | news | cricket | line
        fiber | fibre | home phone | family plan | free trial | trial | transfer | request for | card
        phone bill | mobile | paper bills | paper bill | statements | gym | password | pin | otp
        verification code | verification codes | reservation | overcharging | throttling | deducting
        overcharge | transaction | purchase | deduction | text bundles | text packs | message bundle
        sms packs | sms bundles | call bundle | texts included | text allowance
    """,
    "SERVICE": "service | services | offer | promotion | promo code | discount | campaign offer",
    "HOW": "how | how do i | how to | how can i | where | where do i | which number",
    "WHAT": """
        what | which | who | when | whose | how much | how many | how long | what about | whats | who is
        whos | wat | what time
    """,
    "WHY": "why | how come | why are | why is",
    "MEAN": "mean | means | meaning | meant by | stand for | stands for | is for",
    "IF": "if | unless | provided | what if | what happens | assuming | in case | suppose",
    "COST": "cost | costs | free | price | pay | expensive | cheap | cheaper | money | dollars | dollar",
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
    "SIGN_UP": "sign me up | sign up | signup | enroll me | enrol me",
    "THE": "the | a | an | is | its | thats",
    "DOES": """
        is it | does it | is this | is that | is there | are there | do you | are you | do i | am i | will i
        does | should i | is the | are the | does the | would i | have you | did you | did i | have i
        was i | will it | is my | is he
    """,
    "DELETE": """
        remove | removing | delete | deleting | erase | get rid of | wipe | purge | scrub | strike | exclude
        detach | del | drop my number from | unregister me | scratch out | expunge | rmv | dlt
        drop me from
    """,
    "OWN": """
        my number | my phone number | my mobile number | my cell number | this number | the number
        my phone | this phone | my cell | my mobile | this mobile | this line | this cell | my name
        my details | my info | my information | my personal details | my contact details | my work phone
        my work number | our number | my contact | my contact information | my personal info | this device
    """,
    "PERSON": """
        me | us | myself | ourselves | my | our | mine | my inbox | my wife | my husband | my mother
        my mom | my mum | my son | my daughter | my kid | my kids | my child | my children | my father
        my dad | my parents | my family | her | him | people | this person | our family | my home
        my messages
    """,
    "RETRACTED": """
        stop by mistake | stop by accident | stop by error | stop in error | unsubscribed by mistake
        unsubscribed by accident | opted out by mistake | stop accidentally | accidental stop
        un unsubscribe | changed my mind about unsubscribing | changed my mind about stop
    """,
    "NEVER": "never | nvr | never ever",
    "LEAVING": "switch | switching | change carrier | change carriers | leave you | leaving you | leaving",
    "TROUBLE": "bother | trouble | bug",
    "FROM": "from | off of",
    "DO_NOT": """
        dont | do not | donot | dnt | dont you | dont ever | do not ever | no longer | do u not | plz dont
        dun | dont u | please do not | pls do not | plz do not | please dont
    """,
    "BAN": """
        must not | mustnt | should not | shouldnt | not allowed to | no permission to | no right to
        not authorised to | not authorized to | refrain from | refrain | avoid | forbid | forbid you to
        under no circumstances | need not | neednt | may not | not permitted to | shall not | cant keep
        cannot keep | not ok to | not okay to | not acceptable to | are not allowed to | is not allowed to
        arent allowed to
    """,
    "ENOUGH": "enough | enough already | thats enough | enough is enough",
    "STAFF": """
        manager | my manager | the manager | agent | adviser | advisor | human | representative | operator
        a human | an agent
    """,
    "MUST": "should | must | gotta | have to | has to | got to | had to | supposed to | ought to",
    "CAN": """
        id | ill | can | could | cd | can you | could you | would you | will you | is it possible to
        it possible to
    """,
    "SAY": "said | say | saying | told | telling",
    "QUIET": "do not disturb | dnd",
    "PEACE": "alone | in peace",
    "TOO_MUCH": "too much",
    "WILL": "will | would | wd | may | might | shall",
}
