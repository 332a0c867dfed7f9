"""What replicas cost that stand by, whether they are asked or not."""

from costsvc.estimates import hardware, site
from costsvc.estimates.facts import Facts
from costsvc.estimates.footprint import Footprint, Usage, footprint
from costsvc.estimates.hardware import Power
from costsvc.estimates.spec import Hosting


def hosted(hosting: Hosting, facts: Facts) -> Footprint:
    """The footprint of accelerators that hold a model and wait.

    Args:
        hosting: Accelerators, hours and place.
        facts: The tables; collects what was used.

    Raises:
        UnknownNameError: If a name is not known.
    """
    machine = hardware.resolve(hosting.machine, facts)
    setting = site.resolve(hosting.site, machine, facts)
    chip_w = hardware.idle_w(machine, hosting.machine, facts)
    power = Power(accelerator_w=chip_w, it_w=hardware.server_w(machine, chip_w, facts))
    count = facts.show("accelerators", machine.count or 1.0, "1")
    hours = facts.given("hosting_hours", hosting.hours, "h") * count
    usage = Usage(hours=hours, power=power, hardware=machine)
    return footprint(usage, setting, setting.pricing, facts)
