"""What the mails of the benchmarks are made of: sentences of sellers, German and English."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """One language. Sentences and subjects have {order}, {asin}, {amount}, {day} and {case} in them."""

    tag: str
    greeting: str
    farewell: str
    wrote: str
    amount: str
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    domains: tuple[str, ...]
    subjects: tuple[str, ...]
    sentences: tuple[str, ...]


GERMAN = Words(
    tag="de",
    greeting="Sehr geehrte Damen und Herren,",
    farewell="Mit freundlichen Grüßen",
    wrote="Am 12.11.26 um 10:14 schrieb Kundendienst für Verkäufer:",
    amount="{}.{:02d} EUR",
    first_names=("Jan", "Petra", "Sabine", "Uwe", "Katrin", "Ole", "Birgit", "Tim"),
    last_names=("Petersen", "Hansen", "Vogt", "Schuster", "Brandt", "Kaiser", "Lorenz"),
    domains=("handel-nord.example", "teeladen.example", "werkzeug-shop.example", "buecherkiste.example"),
    subjects=(
        "Auszahlung zur Bestellung {order} fehlt",
        "Rücksendung {order}: Erstattung nicht eingegangen",
        "Angebot gesperrt, bitte um Prüfung",
        "Frage zur Gebührenabrechnung",
    ),
    sentences=(
        "wir warten seit dem {day}.10. auf die Auszahlung zur Bestellung {order} über {amount}.",
        "Das Angebot {asin} wurde am {day}. des Monats ohne Begründung gesperrt.",
        "Laut Ihrer Abrechnung wurden uns {amount} zu viel an Gebühren berechnet.",
        "Der Kunde hat den Artikel {asin} beschädigt zurückgeschickt und trotzdem den vollen Betrag erhalten.",
        "Bitte prüfen Sie den Vorgang {case} noch einmal und teilen Sie uns mit, woran es liegt.",
        "Die Sendung ist nachweislich am {day}.11. zugestellt worden, der Nachweis liegt Ihnen längst vor.",
        "Wir haben alle Unterlagen, die Sie verlangt haben, bereits vor zwei Wochen hochgeladen.",
        "Für uns als kleinen Händler ist das ein erheblicher Schaden, der täglich größer wird.",
        "Über eine schnelle Rückmeldung würden wir uns sehr freuen.",
        "Am Telefon sagte man uns, das dauere höchstens drei Werktage.",
    ),
)
ENGLISH = Words(
    tag="en",
    greeting="Dear support team,",
    farewell="Kind regards",
    wrote="On 12/11/2026 10:14, Seller Support wrote:",
    amount="{}.{:02d} GBP",
    first_names=("Emma", "Oliver", "Grace", "Harry", "Priya", "Liam", "Sofia", "Noah"),
    last_names=("Smith", "Patel", "Jones", "Walker", "Evans", "Clarke", "Murphy"),
    domains=("northtrade.example", "teashop.example", "toolbarn.example", "bookbox.example"),
    subjects=(
        "Payout for order {order} is missing",
        "Return of {order}: refund not received",
        "Listing suppressed, please review",
        "Question about the fees of last month",
    ),
    sentences=(
        "we have been waiting since {day} October for the payout of order {order} over {amount}.",
        "The listing {asin} was suppressed on the {day}th without giving any reason.",
        "According to your statement we were charged {amount} too much in fees.",
        "The customer sent the item {asin} back damaged and still got the whole amount refunded.",
        "Please have another look at case {case} and let us know what the problem is.",
        "The parcel was delivered on {day} November, and you have had the proof of that for a long time.",
        "We uploaded every document that you asked for two weeks ago already.",
        "For a small business like ours this is a real loss, and it grows every day.",
        "We would be grateful for a quick answer.",
        "On the phone we were told that it would take three working days at most.",
    ),
)
