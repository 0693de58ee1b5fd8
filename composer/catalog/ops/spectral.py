"""Complex numbers and Fourier transforms."""

from composer.catalog.options import Choice, Int, IntList, Option
from composer.catalog.spec import OpSpec, inputs

_NORM = Choice(
    "norm",
    default="backward",
    choices=("backward", "ortho", "forward"),
    help="Which direction is divided by the size; “ortho” divides both by its root.",
)


def _transform(kind: str, help: str) -> OpSpec:
    """One dimension, or with a 2 at the end of the name the last two."""
    two = kind.endswith("2")
    options: tuple[Option, ...]
    if two:
        options = (
            IntList(
                "s",
                default=None,
                optional=True,
                low=1,
                max_length=2,
                help="Crop or pad to these sizes; none: as they are.",
            ),
            IntList("dim", default=(-2, -1), min_length=2, max_length=2, help="The two dimensions."),
        )
    else:
        options = (
            Int("n", default=None, optional=True, low=1, help="Crop or pad to this size; none: as it is."),
            Int("dim", default=-1, help="The dimension; -1 is the last."),
        )
    return OpSpec(
        kind=kind,
        category="Spectral",
        call=f"torch.fft.{kind.lower()}",
        help=help,
        aliases=("fourier", "frequency", "spectrum"),
        options=(*options, _NORM),
    )


def _part(kind: str, call: str, help: str) -> OpSpec:
    return OpSpec(kind=kind, category="Spectral", call=call, help=help, aliases=("complex",))


SPECTRAL = (
    _transform("FFT", "The Fourier transform along a dimension."),
    _transform("IFFT", "Undoes FFT."),
    _transform("RFFT", "The Fourier transform of real values: the half that says it all."),
    _transform("IRFFT", "Undoes RFFT. Say n where the size was odd."),
    _transform("FFT2", "The Fourier transform along two dimensions."),
    _transform("IFFT2", "Undoes FFT2."),
    _transform("RFFT2", "The Fourier transform of real values along two dimensions."),
    _transform("IRFFT2", "Undoes RFFT2. Say s where the last size was odd."),
    _part("Real", "{0}.real", "The real part."),
    _part("Imag", "{0}.imag", "The imaginary part."),
    _part("Angle", "torch.angle", "The angle of complex numbers."),
    _part("Conj", "torch.conj", "Complex numbers with the sign of the imaginary part changed."),
    OpSpec(
        kind="Complex",
        category="Spectral",
        inputs=inputs("real imag"),
        call="torch.complex",
        help="Complex numbers from a real and an imaginary part.",
        aliases=("complex",),
    ),
    OpSpec(
        kind="Polar",
        category="Spectral",
        inputs=inputs("abs angle"),
        call="torch.polar",
        help="Complex numbers from lengths and angles, as rotary position embeddings use them.",
        aliases=("complex", "rotary"),
    ),
    _part("ViewAsComplex", "torch.view_as_complex", "Takes a last dimension of 2 as complex numbers."),
    _part("ViewAsReal", "torch.view_as_real", "Shows complex numbers as a last dimension of 2."),
)
