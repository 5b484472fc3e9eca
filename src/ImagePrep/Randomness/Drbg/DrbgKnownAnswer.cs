namespace ImagePrep.Randomness.Drbg;

/// <summary>One published answer: inputs of HMAC_DRBG (SHA-512) and the output of the second generate call, as hexadecimal.</summary>
internal sealed record DrbgKnownAnswer(
    string Name,
    string EntropyInput,
    string Nonce,
    string Personalization,
    string? EntropyInputReseed,
    string AdditionalInputReseed,
    string AdditionalInput1,
    string AdditionalInput2,
    string ReturnedBits)
{
    /// <summary>
    /// What the self-test checks: NIST CAVP, CAVS 14.3, HMAC_DRBG, SHA-512, prediction resistance off. The smallest set in which every input is
    /// once absent and once present. All cases of these groups are in the project's tests.
    /// </summary>
    public static IReadOnlyList<DrbgKnownAnswer> All { get; } =
    [
        // no_reseed, first group, COUNT = 0: no personalization, no additional input.
        new(
            Name: "NoReseedPlain",
            EntropyInput: "35049f389a33c0ecb1293238fd951f8ffd517dfde06041d32945b3e26914ba15",
            Nonce: "f7328760be6168e6aa9fb54784989a11",
            Personalization: "",
            EntropyInputReseed: null,
            AdditionalInputReseed: "",
            AdditionalInput1: "",
            AdditionalInput2: "",
            ReturnedBits:
            "e76491b0260aacfded01ad39fbf1a66a88284caa5123368a2ad9330ee48335e3c9c9ba90e6cbc9429962d60c1a6661ed" +
            "cfaa31d972b8264b9d4562cf18494128a092c17a8da6f3113e8a7edfcd4427082bd390675e9662408144971717303d8d" +
            "c352c9e8b95e7f35fa2ac9f549b292bc7c4bc7f01ee0a577859ef6e82d79ef23892d167c140d22aac32b64ccdfeee273" +
            "0528a38763b24227f91ac3ffe47fb11538e435307e77481802b0f613f370ffb0dbeab774fe1efbb1a80d01154a9459e7" +
            "3ad361108bbc86b0914f095136cbe634555ce0bb263618dc5c367291ce0825518987154fe9ecb052b3f0a256fcc30cc1" +
            "4572531c9628973639beda456f2bddf6"),
        // no_reseed, fourth group, COUNT = 0: personalization and additional inputs.
        new(
            Name: "NoReseedFull",
            EntropyInput: "e97a4631d0a08d549cde8af9a1aae058e3e9585575a726c76a27bc62bed18a4b",
            Nonce: "227221d5fe5a5db9810f9afe56a3ee78",
            Personalization: "94084b11d55e0f9c2ef577741753af66ad7a25b28524b50ea970105c3545e97d",
            EntropyInputReseed: null,
            AdditionalInputReseed: "",
            AdditionalInput1: "24c81d4773938371b906cf4801957ac22f87432b9c8a84bc5ac04ad5b1cc3f57",
            AdditionalInput2: "c8c878451e2b76577c36393ca253888c1038885bbfdacd8539615a611e2ac00b",
            ReturnedBits:
            "761422dea283262998c0ffffefc77de2d395c818b9cf1ac2bcd1153235e0d8b63199c51e195135a75f1f87b454484ecc" +
            "560c532c7ba5923c9490a423c177453459d81efc38ce2939226043cb733062eae303a009b48ee0cf3c7e40abe2b57a70" +
            "a6062c669a9fbff20b4c94b4ecbc5f744a80d7be8134359581d441da921737b1329470b214f3e679fb7ad48baf046bac" +
            "59a36b5770806cdef28cc4a8fd0e049b924c3c9216e00ba63c2ff771d66b7520dd33a85382a84b622717e594e447c919" +
            "926a5b2e94d490ee626da9df587fed674067917963fd51d383e55730c17a124555e2e46e1395c9920d07dae4d67ffee5" +
            "c759b6a326eec6d7b3ba6dee012e4807"),
        // pr_false, first group, COUNT = 0: one reseed, no personalization, no additional input.
        new(
            Name: "ReseedPlain",
            EntropyInput: "48c121b18733af15c27e1dd9ba66a9a81a5579cdba0f5b657ec53c2b9e90bbf6",
            Nonce: "bbb7c777428068fad9970891f879b1af",
            Personalization: "",
            EntropyInputReseed: "e0ffefdadb9ccf990504d568bdb4d862cbe17ccce6e22dfcab8b4804fd21421a",
            AdditionalInputReseed: "",
            AdditionalInput1: "",
            AdditionalInput2: "",
            ReturnedBits:
            "05da6aac7d980da038f65f392841476d37fe70fbd3e369d1f80196e66e54b8fadb1d60e1a0f3d4dc173769d75fc34105" +
            "49d7a843270a54a068b4fe767d7d9a59604510a875ad1e9731c8afd0fd50b825e2c50d062576175106a9981be37e02ec" +
            "7c5cd0a69aa0ca65bddaee1b0de532e10cfa1f5bf6a026e47379736a099d6750ab121dbe3622b841baf8bdcbe875c85b" +
            "a4b586b8b5b57b0fecbec08c12ff2a9453c47c6e32a52103d972c62ab9affb8e728a31fcefbbccc556c0f0a35f4b10ac" +
            "e2d96b906e36cbb72233201e536d3e13b045187b417d2449cad1edd192e061f12d22147b0a176ea8d9c4c35404395b65" +
            "02ef333a813b6586037479e0fa3c6a23"),
        // pr_false, fourth group, COUNT = 0: one reseed, everything given.
        new(
            Name: "ReseedFull",
            EntropyInput: "da740cbc36057a8e282ae717fe7dfbb245e9e5d49908a0119c5dbcf0a1f2d5ab",
            Nonce: "46561ff612217ba3ff91baa06d4b5440",
            Personalization: "fc227293523ecb5b1e28c87863626627d958acc558a672b148ce19e2abd2dde4",
            EntropyInputReseed: "1d61d4d8a41c3254b92104fd555adae0569d1835bb52657ec7fbba0fe03579c5",
            AdditionalInputReseed: "b9ed8e35ad018a375b61189c8d365b00507cb1b4510d21cac212356b5bbaa8b2",
            AdditionalInput1: "b7998998eaf9e5d34e64ff7f03de765b31f407899d20535573e670c1b402c26a",
            AdditionalInput2: "2089d49d63e0c4df58879d0cb1ba998e5b3d1a7786b785e7cf13ca5ea5e33cfd",
            ReturnedBits:
            "5b70f3e4da95264233efbab155b828d4e231b67cc92757feca407cc9615a660871cb07ad1a2e9a99412feda8ee34dc9c" +
            "57fa08d3f8225b30d29887d20907d12330fffd14d1697ba0756d37491b0a8814106e46c8677d49d9157109c402ad0c24" +
            "7a2f50cd5d99e538c850b906937a05dbb8888d984bc77f6ca00b0e3bc97b16d6d25814a54aa12143afddd8b226369056" +
            "5d545f4137e593bb3ca88a37b0aadf79726b95c61906257e6dc47acd5b6b7e4b534243b13c16ad5a0a1163c0099fce43" +
            "f428cd27c3e6463cf5e9a9621f4b3d0b3d4654316f4707675df39278d5783823049477dcce8c57fdbd576711c91301e9" +
            "bd6bb0d3e72dc46d480ed8f61fd63811"),
    ];
}
