"""Where the scenes are played, and who plays."""

from dataclasses import dataclass, field
from typing import Final

from app.demo.story.phone import Phone
from app.demo.story.screen import Person, Screen
from app.demo.story.shop import Shop

ANN: Final = Person("安安", "Ann", 35)
BOB: Final = Person("小白", "Bob", 36)
CAI: Final = Person("蔡蔡", "Cai", 33)
DAN: Final = Person("丹丹", "Dan", 32)
EVA: Final = Person("夏夏", "Eva", 35)
FAY: Final = Person("菲菲", "Fay", 36)
GIA: Final = Person("佳佳", "Gia", 35)
HAL: Final = Person("阿豪", "Hal", 36)
IVY: Final = Person("小艾", "Ivy", 35)
JIM: Final = Person("小金", "Jim", 36)
KIM: Final = Person("可可", "Kim", 35)
LEO: Final = Person("乐乐", "Leo", 36)
MIA: Final = Person("米亚", "Mia", 33)
NIA: Final = Person("妮妮", "Nia", 35)
OLA: Final = Person("欧拉", "Ola", 36)

HOST: Final = Person("主播", "Host", 33, staff="host")
MARKETER: Final = Person("市场", "Marketer", 33, staff="marketer")
MANAGER: Final = Person("社群", "Manager", 33, staff="manager")
MERCHANT: Final = Person("商家", "Merchant", 33, staff="merchant")
SUPPORT: Final = Person("客服", "Support", 32, staff="support")


@dataclass(slots=True)
class Stage:
    """Where a run is played, and every phone that took part."""

    shop: Shop
    screen: Screen
    #: Makes this run's people its own.
    run: str
    phones: list[Phone] = field(default_factory=list)

    def phone_of(self, person: Person) -> Phone:
        """The person's phone in this run."""
        for phone in self.phones:
            if phone.person == person:
                return phone
        self.phones.append(Phone(person, self.run, self.shop, self.screen))
        return self.phones[-1]

    async def clear(self) -> None:
        """Put every phone away."""
        for phone in self.phones:
            await phone.put_away()
