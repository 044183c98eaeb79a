"""English words by which people refuse, as they are looked up: without capitals and apostrophes."""

from __future__ import annotations

from collections.abc import Mapping

ENGLISH_REFUSALS: Mapping[str, str] = {
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
    "NEVER": "never | nvr | never ever",
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
        communication | communications
    """,
    "BOTHER": """
        bothering | disturb | disturbing | distrub | harass | harassing | harras | harrass | harassin
        harrassing | pester | pestering | bugging | hassling | badger | badgering | nag | nagging | solicit
        soliciting | stalk | stalking | troubling | wasting my time | waste my time | irritate | irritating
        torture | torturing | plague | plaguing | hounding | botherin | buggin | try to sell
        trying to sell | sell to | selling | market to | advertise | advertise to | advertising to | add me
        include me | use my number | using my number | share my number | sell my number | share my details
        doing this | doing that | do it again | do this again | do that again
    """,
    "TROUBLE": "bother | trouble | bug | hassle | annoy",
    "TEXT": """
        text | txt | tex | message | msg | mesage | messege | sms | email | e mail | dm | whatsapp | mms
    """,
    "MESSAGES": """
        texts | txts | messages | msgs | mesages | messeges | smses | smss | emails | mails | mail
        notifications | notification | alerts | alert | reminders | promotions | promotional | ads | ad
        adverts | advert | advertising | advertisement | advertisements | marketing | newsletter
        newsletters | solicitations | solicitation | telemarketing | sms texts | text messages
        text message | text msgs | sms messages | sms message | text spam | spam texts | spam messages
        updates | commercials | publicity | propaganda | flyers | contact attempts | push | pushes
        pushing ads | sales pitch | sales pitches | sales calls | sales texts | harassment messages
        mass texts | mass messages | msg spam | texts from you
    """,
    "JUNK": "crap | rubbish | nonsense | bullshit | shit | bs | garbage | stuff | trash",
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
        sopt | qiut | quti | stop n | sotp | stawp | stoppit | stop at once | exit | stopstop | stopstopstop
    """,
    "CANCEL": """
        get rid of | cancel | cancle | cancell | cancelling | canceling | revoke | revoking | terminate | terminating
        deactivate | disable | turn off | switch off | shut off | turn this off | turn it off
        turn these off | turn them off | switch it off | switch this off | switch them off | shut it off
        shut this off
    """,
    "DELETE": """
        remove | removing | delete | deleting | erase | wipe | purge | scrub | strike | exclude
        detach | del | drop my number from | unregister me | scratch out | expunge | rmv | dlt
        drop me from
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
        optt out | op out | end all | leave the list | leave this list | leave your list | leave list
        unsubbing | removal request | request removal | request for removal | want removal | delete my data
        erase my data | remove my data | delete all my data
    """,
    "QUIET": "do not disturb | dnd",
    "PEACE": "alone | in peace",
    "BLOCK": "block | blocking | blacklist | blocked you | blocklist | mute | blacklisting",
    "REFUSE": """
        refuse | reject | refusing | object to | objecting to | opposed to | oppose | decline | declining
    """,
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
        go to hell | drop dead | up yours | back up off | let me alone | bug off | beat it | scram
        cut the crap | kiss my ass | naff off | leave this number alone | leave people alone | give me peace
        dont you people ever give up | damn you | to hell with you | dont talk to me | blocking this number
        blocking your number | forget this number | fck off | fuk off | feck off | fuckoff | youre blocked
        you are blocked | u r blocked | you have been blocked | gtfo | f u | respect my privacy
        done with you | done with your texts | done with this spam | if this keeps up | if you keep texting
        if you keep calling | if you keep messaging | let this be the last | mind your own business
        get out of my life | go f yourself | go fuck yourself | fuck yourself | f yourself | f you | f k off
        f k you
    """,
    "ANNOYING": """
        annoying | nuisance | pest | intrusive | invasive | unwanted | unsolicited | unwelcome | not wanted
        not welcome | spammy | sick of | sick and tired | fed up | tired of | had enough | hate | loathe
        despise | detest | nobody asked for this | nobody asked for these | no one asked for this
        no one asked for these | drive me mad | drive me crazy | driving me mad | driving me crazy
        driving me nuts | do without | could do without | had it with
    """,
    "ENOUGH": "enough | enough already | thats enough | enough is enough",
    "TOO_MUCH": "too much",
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
    "LEAVING": "switch | switching | change carrier | change carriers | leave you | leaving you | leaving",
    "COMPLAIN": "complaint | complain | complaining | complaints",
    "CODE": """
        td1 | td2 | td8 | td0 | qx1 | tdy | td | tt | qx | tdd | qxdy | tdyx | tdtx | 0000 | 00000 | qx0000
        td0000 | tdtd | qxtd
    """,
    "LETTER": "t | r | n | rr | nn | js | tz",
    "AGAIN": """
        again | anymore | any more | any longer | ever | ever again | no more please | longer | further
        agn | another | one more | once more | even one more | evermore | nomore please | one more time
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
        if im | if i am | whilst | yesterday | last week | last month | last year | last night | now
        right now
    """,
    "BUSY": """
        busy | driving | asleep | sleeping | sleep | meeting | in a meeting | at work | working | in class
        class | hospital | abroad | overseas | night shift | lecture | exam | church | funeral | flight
        on a plane | on holiday | on vacation | at the cinema | in court | at school | shift | eating
        shower | on a call | on another call | on the other line | on duty | in bed | cinema | on the bus
        on a bus | on the train | on a train | with a client | with clients | with customers
        with a customer | at the office | in the office
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
}
